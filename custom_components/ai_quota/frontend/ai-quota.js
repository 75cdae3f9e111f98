/*! AI Quota, MIT. Contains Lit, BSD-3-Clause: see LICENSE-lit.txt. */
var m=(i,e,t)=>()=>{if(t)throw t[0];try{return i&&(e=i(i=0)),e}catch(n){throw t=[n],n}};var Z,Y,he,We,P,Fe,pe,qe,me,fe=m(()=>{Z=globalThis,Y=Z.ShadowRoot&&(Z.ShadyCSS===void 0||Z.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,he=Symbol(),We=new WeakMap,P=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==he)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(Y&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=We.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&We.set(t,e))}return e}toString(){return this.cssText}},Fe=i=>new P(typeof i=="string"?i:i+"",void 0,he),pe=(i,...e)=>{let t=i.length===1?i[0]:e.reduce((n,s,o)=>n+(r=>{if(r._$cssResult$===!0)return r.cssText;if(typeof r=="number")return r;throw Error("Value passed to 'css' function must be a 'css' function result: "+r+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+i[o+1],i[0]);return new P(t,i,he)},qe=(i,e)=>{if(Y)i.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let n=document.createElement("style"),s=Z.litNonce;s!==void 0&&n.setAttribute("nonce",s),n.textContent=t.cssText,i.appendChild(n)}},me=Y?i=>i:i=>i instanceof CSSStyleSheet?(e=>{let t="";for(let n of e.cssRules)t+=n.cssText;return Fe(t)})(i):i});var jt,Wt,Ft,qt,Bt,Kt,J,Be,Vt,Gt,M,ge,Ve,Ke,y,Q=m(()=>{fe();fe();({is:jt,defineProperty:Wt,getOwnPropertyDescriptor:Ft,getOwnPropertyNames:qt,getOwnPropertySymbols:Bt,getPrototypeOf:Kt}=Object),J=globalThis,Be=J.trustedTypes,Vt=Be?Be.emptyScript:"",Gt=J.reactiveElementPolyfillSupport,M=(i,e)=>i,ge={toAttribute(i,e){switch(e){case Boolean:i=i?Vt:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,e){let t=i;switch(e){case Boolean:t=i!==null;break;case Number:t=i===null?null:Number(i);break;case Object:case Array:try{t=JSON.parse(i)}catch{t=null}}return t}},Ve=(i,e)=>!jt(i,e),Ke={attribute:!0,type:String,converter:ge,reflect:!1,useDefault:!1,hasChanged:Ve};Symbol.metadata??=Symbol("metadata"),J.litPropertyMetadata??=new WeakMap;y=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=Ke){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),s=this.getPropertyDescriptor(e,n,t);s!==void 0&&Wt(this.prototype,e,s)}}static getPropertyDescriptor(e,t,n){let{get:s,set:o}=Ft(this.prototype,e)??{get(){return this[t]},set(r){this[t]=r}};return{get:s,set(r){let a=s?.call(this);o?.call(this,r),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??Ke}static _$Ei(){if(this.hasOwnProperty(M("elementProperties")))return;let e=Kt(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(M("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(M("properties"))){let t=this.properties,n=[...qt(t),...Bt(t)];for(let s of n)this.createProperty(s,t[s])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[n,s]of t)this.elementProperties.set(n,s)}this._$Eh=new Map;for(let[t,n]of this.elementProperties){let s=this._$Eu(t,n);s!==void 0&&this._$Eh.set(s,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let s of n)t.unshift(me(s))}else e!==void 0&&t.push(me(e));return t}static _$Eu(e,t){let n=t.attribute;return n===!1?void 0:typeof n=="string"?n:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return qe(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),s=this.constructor._$Eu(e,n);if(s!==void 0&&n.reflect===!0){let o=(n.converter?.toAttribute!==void 0?n.converter:ge).toAttribute(t,n.type);this._$Em=e,o==null?this.removeAttribute(s):this.setAttribute(s,o),this._$Em=null}}_$AK(e,t){let n=this.constructor,s=n._$Eh.get(e);if(s!==void 0&&this._$Em!==s){let o=n.getPropertyOptions(s),r=typeof o.converter=="function"?{fromAttribute:o.converter}:o.converter?.fromAttribute!==void 0?o.converter:ge;this._$Em=s;let a=r.fromAttribute(t,o.type);this[s]=a??this._$Ej?.get(s)??a,this._$Em=null}}requestUpdate(e,t,n,s=!1,o){if(e!==void 0){let r=this.constructor;if(s===!1&&(o=this[e]),n??=r.getPropertyOptions(e),!((n.hasChanged??Ve)(o,t)||n.useDefault&&n.reflect&&o===this._$Ej?.get(e)&&!this.hasAttribute(r._$Eu(e,n))))return;this.C(e,t,n)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:s,wrapped:o},r){n&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,r??t??this[e]),o!==!0||r!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),s===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,o]of this._$Ep)this[s]=o;this._$Ep=void 0}let n=this.constructor.elementProperties;if(n.size>0)for(let[s,o]of n){let{wrapped:r}=o,a=this[s];r!==!0||this._$AL.has(s)||a===void 0||this.C(s,void 0,o,a)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(n=>n.hostUpdate?.()),this.update(t)):this._$EM()}catch(n){throw e=!1,this._$EM(),n}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};y.elementStyles=[],y.shadowRootOptions={mode:"open"},y[M("elementProperties")]=new Map,y[M("finalized")]=new Map,Gt?.({ReactiveElement:y}),(J.reactiveElementVersions??=[]).push("2.1.2")});function st(i,e){if(!Ae(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return Ze!==void 0?Ze.createHTML(e):e}function T(i,e,t=i,n){if(e===E)return e;let s=n!==void 0?t._$Co?.[n]:t._$Cl,o=D(e)?void 0:e._$litDirective$;return s?.constructor!==o&&(s?._$AO?.(!1),o===void 0?s=void 0:(s=new o(i),s._$AT(i,t,n)),n!==void 0?(t._$Co??=[])[n]=s:t._$Cl=s),s!==void 0&&(e=T(i,s._$AS(i,e.values),s,n)),e}var $e,Ge,X,Ze,tt,v,nt,Zt,S,N,D,Ae,Yt,_e,H,Ye,Je,$,Qe,Xe,it,Se,p,Dn,In,E,u,et,A,Jt,I,ye,j,R,ve,we,be,xe,Qt,ot,ee=m(()=>{$e=globalThis,Ge=i=>i,X=$e.trustedTypes,Ze=X?X.createPolicy("lit-html",{createHTML:i=>i}):void 0,tt="$lit$",v=`lit$${Math.random().toFixed(9).slice(2)}$`,nt="?"+v,Zt=`<${nt}>`,S=document,N=()=>S.createComment(""),D=i=>i===null||typeof i!="object"&&typeof i!="function",Ae=Array.isArray,Yt=i=>Ae(i)||typeof i?.[Symbol.iterator]=="function",_e=`[ 	
\f\r]`,H=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Ye=/-->/g,Je=/>/g,$=RegExp(`>|${_e}(?:([^\\s"'>=/]+)(${_e}*=${_e}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),Qe=/'/g,Xe=/"/g,it=/^(?:script|style|textarea|title)$/i,Se=i=>(e,...t)=>({_$litType$:i,strings:e,values:t}),p=Se(1),Dn=Se(2),In=Se(3),E=Symbol.for("lit-noChange"),u=Symbol.for("lit-nothing"),et=new WeakMap,A=S.createTreeWalker(S,129);Jt=(i,e)=>{let t=i.length-1,n=[],s,o=e===2?"<svg>":e===3?"<math>":"",r=H;for(let a=0;a<t;a++){let c=i[a],l,h,d=-1,f=0;for(;f<c.length&&(r.lastIndex=f,h=r.exec(c),h!==null);)f=r.lastIndex,r===H?h[1]==="!--"?r=Ye:h[1]!==void 0?r=Je:h[2]!==void 0?(it.test(h[2])&&(s=RegExp("</"+h[2],"g")),r=$):h[3]!==void 0&&(r=$):r===$?h[0]===">"?(r=s??H,d=-1):h[1]===void 0?d=-2:(d=r.lastIndex-h[2].length,l=h[1],r=h[3]===void 0?$:h[3]==='"'?Xe:Qe):r===Xe||r===Qe?r=$:r===Ye||r===Je?r=H:(r=$,s=void 0);let _=r===$&&i[a+1].startsWith("/>")?" ":"";o+=r===H?c+Zt:d>=0?(n.push(l),c.slice(0,d)+tt+c.slice(d)+v+_):c+v+(d===-2?a:_)}return[st(i,o+(i[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),n]},I=class i{constructor({strings:e,_$litType$:t},n){let s;this.parts=[];let o=0,r=0,a=e.length-1,c=this.parts,[l,h]=Jt(e,t);if(this.el=i.createElement(l,n),A.currentNode=this.el.content,t===2||t===3){let d=this.el.content.firstChild;d.replaceWith(...d.childNodes)}for(;(s=A.nextNode())!==null&&c.length<a;){if(s.nodeType===1){if(s.hasAttributes())for(let d of s.getAttributeNames())if(d.endsWith(tt)){let f=h[r++],_=s.getAttribute(d).split(v),G=/([.?@])?(.*)/.exec(f);c.push({type:1,index:o,name:G[2],strings:_,ctor:G[1]==="."?ve:G[1]==="?"?we:G[1]==="@"?be:R}),s.removeAttribute(d)}else d.startsWith(v)&&(c.push({type:6,index:o}),s.removeAttribute(d));if(it.test(s.tagName)){let d=s.textContent.split(v),f=d.length-1;if(f>0){s.textContent=X?X.emptyScript:"";for(let _=0;_<f;_++)s.append(d[_],N()),A.nextNode(),c.push({type:2,index:++o});s.append(d[f],N())}}}else if(s.nodeType===8)if(s.data===nt)c.push({type:2,index:o});else{let d=-1;for(;(d=s.data.indexOf(v,d+1))!==-1;)c.push({type:7,index:o}),d+=v.length-1}o++}}static createElement(e,t){let n=S.createElement("template");return n.innerHTML=e,n}};ye=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,s=(e?.creationScope??S).importNode(t,!0);A.currentNode=s;let o=A.nextNode(),r=0,a=0,c=n[0];for(;c!==void 0;){if(r===c.index){let l;c.type===2?l=new j(o,o.nextSibling,this,e):c.type===1?l=new c.ctor(o,c.name,c.strings,this,e):c.type===6&&(l=new xe(o,this,e)),this._$AV.push(l),c=n[++a]}r!==c?.index&&(o=A.nextNode(),r++)}return A.currentNode=S,s}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings!==void 0?(n._$AI(e,n,t),t+=n.strings.length-2):n._$AI(e[t])),t++}},j=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,s){this.type=2,this._$AH=u,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=T(this,e,t),D(e)?e===u||e==null||e===""?(this._$AH!==u&&this._$AR(),this._$AH=u):e!==this._$AH&&e!==E&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):Yt(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==u&&D(this._$AH)?this._$AA.nextSibling.data=e:this.T(S.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,s=typeof n=="number"?this._$AC(e):(n.el===void 0&&(n.el=I.createElement(st(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===s)this._$AH.p(t);else{let o=new ye(s,this),r=o.u(this.options);o.p(t),this.T(r),this._$AH=o}}_$AC(e){let t=et.get(e.strings);return t===void 0&&et.set(e.strings,t=new I(e)),t}k(e){Ae(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,n,s=0;for(let o of e)s===t.length?t.push(n=new i(this.O(N()),this.O(N()),this,this.options)):n=t[s],n._$AI(o),s++;s<t.length&&(this._$AR(n&&n._$AB.nextSibling,s),t.length=s)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let n=Ge(e).nextSibling;Ge(e).remove(),e=n}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},R=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,s,o){this.type=1,this._$AH=u,this._$AN=void 0,this.element=e,this.name=t,this._$AM=s,this.options=o,n.length>2||n[0]!==""||n[1]!==""?(this._$AH=Array(n.length-1).fill(new String),this.strings=n):this._$AH=u}_$AI(e,t=this,n,s){let o=this.strings,r=!1;if(o===void 0)e=T(this,e,t,0),r=!D(e)||e!==this._$AH&&e!==E,r&&(this._$AH=e);else{let a=e,c,l;for(e=o[0],c=0;c<o.length-1;c++)l=T(this,a[n+c],t,c),l===E&&(l=this._$AH[c]),r||=!D(l)||l!==this._$AH[c],l===u?e=u:e!==u&&(e+=(l??"")+o[c+1]),this._$AH[c]=l}r&&!s&&this.j(e)}j(e){e===u?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},ve=class extends R{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===u?void 0:e}},we=class extends R{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==u)}},be=class extends R{constructor(e,t,n,s,o){super(e,t,n,s,o),this.type=5}_$AI(e,t=this){if((e=T(this,e,t,0)??u)===E)return;let n=this._$AH,s=e===u&&n!==u||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,o=e!==u&&(n===u||s);s&&this.element.removeEventListener(this.name,this,n),o&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},xe=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){T(this,e)}},Qt=$e.litHtmlPolyfillSupport;Qt?.(I,j),($e.litHtmlVersions??=[]).push("3.3.3");ot=(i,e,t)=>{let n=t?.renderBefore??e,s=n._$litPart$;if(s===void 0){let o=t?.renderBefore??null;n._$litPart$=s=new j(e.insertBefore(N(),o),o,void 0,t??{})}return s._$AI(i),s}});var Ee,w,Xt,rt=m(()=>{Q();Q();ee();ee();Ee=globalThis,w=class extends y{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=ot(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return E}};w._$litElement$=!0,w.finalized=!0,Ee.litElementHydrateSupport?.({LitElement:w});Xt=Ee.litElementPolyfillSupport;Xt?.({LitElement:w});(Ee.litElementVersions??=[]).push("4.2.2")});var at=m(()=>{});var ke=m(()=>{Q();ee();rt();at()});function lt(){for(let i of O)i()}function Te(){clearInterval(Ce),Ce=void 0,O.size&&!document.hidden&&(Ce=setInterval(lt,15e3))}function ct(){Te(),document.hidden||lt()}var O,Ce,te,dt=m(()=>{"use strict";O=new Set;te=class{constructor(e){this.host=e;this.listen=()=>this.host.requestUpdate();e.addController(this)}hostConnected(){O.size||document.addEventListener("visibilitychange",ct),O.add(this.listen),Te()}hostDisconnected(){O.delete(this.listen),O.size||document.removeEventListener("visibilitychange",ct),Te()}}});var ht,ut=m(()=>{ht={amount_left:"{amount} übrig",amount_of:"{used} von {limit}",attention:"Braucht Aufmerksamkeit",dashboard_description:"Alle KI-Tarife: was Aufmerksamkeit braucht, jedes Kontingent, der Verlauf einer Woche",description:"Wie viel deiner KI-Tarife verbraucht ist, wann die Kontingente zurückgesetzt werden und ob du zu schnell bist",details:"Einzelheiten",editor_attention_only:"Nur was Aufmerksamkeit braucht",editor_attention_only_help:"Solange alles in Ordnung ist, wird die Karte nicht angezeigt.",editor_critical:"Fast verbraucht ab",editor_devices:"Konten",editor_devices_help:"Ohne Auswahl werden alle Konten gezeigt.",editor_layout:"Darstellung",editor_layout_compact:"Kompakt",editor_layout_detailed:"Ausführlich",editor_order:"Reihenfolge",editor_order_attention:"Was Aufmerksamkeit braucht, zuerst",editor_order_provider:"Nach Anbieter",editor_show_balances:"Guthaben zeigen",editor_show_pace:"Tempo zeigen",editor_show_pace_help:"Eine Marke auf jedem Balken zeigt, wo der Verbrauch jetzt liegen dürfte.",editor_title:"Titel",editor_warning:"Wird knapp ab",empty:"Es ist noch kein KI-Tarif eingerichtet.",empty_action:"Konto hinzufügen",expected:"{share} bis jetzt zu erwarten",expires_in:"Verfällt in {time}",gone:"Die Konten dieser Karte gibt es nicht mehr.",invalid_choice:"„{key}“ muss eines davon sein: {choices}.",invalid_devices:"„devices“ muss eine Liste von Geräten sein.",invalid_thresholds:"„warning“ und „critical“ müssen Prozentwerte sein, der erste nicht über dem zweiten.",less_than_a_minute:"< 1 min",level_critical:"Fast verbraucht",level_exhausted:"Verbraucht",level_warning:"Wird knapp",none:"Nichts braucht Aufmerksamkeit.",overview:"Übersicht",pace_exhausts:"Reicht nicht bis zum Zurücksetzen",pace_exhausts_in:"Bei diesem Tempo leer in {time}",pace_lasts:"Reicht bis zum Zurücksetzen",resets_in:"Reset in {time}",resets_now:"Reset steht an",show:"Einzelheiten zeigen",sign_in:"Neu anmelden",stale:"{time} alt",stale_unknown:"Keine aktuellen Angaben",unit_characters:"Zeichen",unit_credits:"Credits",unit_hours:"Stunden",unit_messages:"Nachrichten",unit_points:"Punkte",unit_requests:"Anfragen",unit_tokens:"Tokens",unknown:"Unbekannt",used:"{share} verbraucht",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Tag",window_extra_usage:"Zusatznutzung",window_key:"API-Schlüssel",window_monthly:"Monat",window_quota:"Kontingent",window_renewal:"Bis zur Verlängerung",window_session:"Sitzung",window_weekly:"Woche"}});var ne,pt=m(()=>{ne={amount_left:"{amount} left",amount_of:"{used} of {limit}",attention:"Needs attention",dashboard_description:"All AI plans: what needs attention, every limit, a week of history",description:"How much of your AI plans is used, when the limits reset, and whether you go too fast",details:"Details",editor_attention_only:"Only what needs attention",editor_attention_only_help:"The card is hidden while everything is fine.",editor_critical:"Almost used up from",editor_devices:"Accounts",editor_devices_help:"Without a choice all accounts are shown.",editor_layout:"Layout",editor_layout_compact:"Compact",editor_layout_detailed:"Detailed",editor_order:"Order",editor_order_attention:"What needs attention first",editor_order_provider:"By provider",editor_show_balances:"Show balances",editor_show_pace:"Show pace",editor_show_pace_help:"A mark on each bar shows where the use should be by now.",editor_title:"Title",editor_warning:"Running low from",empty:"No AI plan has been set up yet.",empty_action:"Add an account",expected:"{share} expected by now",expires_in:"Expires in {time}",gone:"The accounts of this card no longer exist.",invalid_choice:'"{key}" has to be one of: {choices}.',invalid_devices:'"devices" has to be a list of devices.',invalid_thresholds:'"warning" and "critical" have to be percentages, the first one not above the second.',less_than_a_minute:"< 1 min",level_critical:"Almost used up",level_exhausted:"Used up",level_warning:"Running low",none:"Nothing needs attention.",overview:"Overview",pace_exhausts:"Will run out early",pace_exhausts_in:"At this pace empty in {time}",pace_lasts:"Lasts until the reset",resets_in:"Resets in {time}",resets_now:"About to reset",show:"Show details",sign_in:"Sign in again",stale:"{time} old",stale_unknown:"No current figures",unit_characters:"characters",unit_credits:"credits",unit_hours:"hours",unit_messages:"messages",unit_points:"points",unit_requests:"requests",unit_tokens:"tokens",unknown:"Unknown",used:"{share} used",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Daily",window_extra_usage:"Extra usage",window_key:"API key",window_monthly:"Monthly",window_quota:"Quota",window_renewal:"Until renewal",window_session:"Session",window_weekly:"Weekly"}});function g(i){let e=nn[i.split("-")[0]??""]??ne;return(t,n={})=>e[t].replace(/{(\w+)}/g,(s,o)=>n[o]??"")}function U(i){return i in ne}var nn,b=m(()=>{"use strict";ut();pt();nn={de:ht,en:ne}});function ie(i,e){let t={...z,...i},n=g(e),s=(o,r)=>{if(!r.includes(t[o]))throw new Error(n("invalid_choice",{key:o,choices:r.join(", ")}))};if(s("layout",Re),s("order",Oe),!Array.isArray(t.devices))throw new Error(n("invalid_devices"));if(!(0<t.warning&&t.warning<=t.critical&&t.critical<=100))throw new Error(n("invalid_thresholds"));return t}function C({warning:i,critical:e}){return{warning:i,critical:e}}var k,Re,Oe,z,se=m(()=>{"use strict";b();k="ai-quota-card",Re=["detailed","compact"],Oe=["provider","attention"],z={layout:"detailed",devices:[],order:"provider",attention_only:!1,warning:80,critical:95,show_pace:!0,show_balances:!0}});function B(i,e=[]){let t=[...ln(i)].flatMap(([a,c])=>{let l=i.devices[a];return l?[{device:l,entries:c,provider:l.manufacturer??l.name??""}]:[]}),n=({device:a})=>!e.length||e.includes(a.id),s=t.filter(n).map(({device:a,entries:c,provider:l})=>{let h=t.some(d=>d.device!==a&&d.provider===l);return{...dn(i,a,c,l),hasSiblings:h}}),o=a=>`${a.provider} ${a.ownName??a.label}`,{compare:r}=new Intl.Collator(i.language);return s.sort((a,c)=>e.length?e.indexOf(a.deviceId)-e.indexOf(c.deviceId):r(o(a),o(c)))}function ln(i){let e=new Map;for(let t of Object.values(i.entities))t.platform===oe&&t.device_id&&e.set(t.device_id,[...e.get(t.device_id)??[],t]);return e}function dn(i,e,t,n){let s=Object.fromEntries(t.map(r=>[r.translation_key??"",r.entity_id])),o=r=>re(i.states[s[r]??""]);return{deviceId:e.id,provider:n,label:un(e.name??"",n),ownName:e.name_by_user??void 0,plan:e.model??void 0,windows:hn(i,t),figures:_n(i,t),fetchedAt:W(o("last_success")?.state),needsSignIn:o("sign_in_needed")?.state==="on",trouble:yn(o("service_status")),own:s,entityIds:t.map(r=>r.entity_id)}}function un(i,e){return(i.startsWith(e)?i.slice(e.length).trim():i).replace(/^\((.*)\)( \d+)?$/,"$1$2")}function hn(i,e){let t=new Map;for(let n of e){let s=i.states[n.entity_id]?.attributes.window_id,o=ft.exec(n.translation_key??"")?.[2];typeof s=="string"&&o&&t.set(s,(t.get(s)??new Map).set(o,n))}return[...t].flatMap(([n,s])=>pn(i,n,s)??[])}function pn(i,e,t){let n=t.get("used")??t.get("resets_at")??t.get("expires_at");if(!n||n.hidden)return;let s=c=>re(i.states[t.get(c)?.entity_id??""]),o=s("used"),r=o?.attributes??{},a=x(r.duration_minutes);return{id:e,name:fn(i,n),entityId:n.entity_id,usedShare:x(o?.state),used:x(r.used),limit:x(r.limit),remaining:x(r.remaining),unit:q(r.unit),resetsAt:W(r.resets_at)??W(s("resets_at")?.state),expiresAt:W(s("expires_at")?.state),duration:a&&a*6e4,toldPace:mn(i,t)}}function mn(i,e){let t=e.get("pace");if(!t)return;let n=re(i.states[t.entity_id])?.attributes??{},s=x(n.expected);return s===void 0?null:{expected:s,lasts:n.lasts===!0,runsOutAt:W(n.runs_out_at)}}function fn(i,e){let t=e.translation_key??"",n=q(i.states[e.entity_id]?.attributes.window_name)??e.name??"",s=/\(([^()]+)\)$/.exec(n)?.[1],o=i.localize(`component.${oe}.entity.sensor.${t}.name`,{scope:s,window:n});if(e.name&&o&&gn(i.language,i.config.language)&&e.name!==o)return e.name;let r=(ft.exec(t)?.[1]??"").replace(/_scoped$/,"");if(!U(r))return n;let a=g(i.language)(r);return t.includes("_scoped_")?`${a} (${s})`:a}function gn(i,e){return i.split("-")[0]===e.split("-")[0]}function _n(i,e){return e.flatMap(t=>{let n=re(i.states[t.entity_id]),s=q(n?.attributes.metric_kind),o=x(n?.state),r=q(n?.attributes.unit_of_measurement);return s&&o!==void 0&&!t.hidden?[{entityId:t.entity_id,kind:s,name:t.name??"",value:o,unit:r}]:[]})}function yn(i){let e=cn.find(t=>t===i?.state);return i&&e?{entityId:i.entity_id,level:e,description:q(i.attributes.description)}:void 0}function re(i){return i&&i.state!=="unavailable"&&i.state!=="unknown"?i:void 0}function x(i){let e=typeof i=="string"&&i.trim()?Number(i):i;return typeof e=="number"&&Number.isFinite(e)?e:void 0}function q(i){return typeof i=="string"&&i?i:void 0}function W(i){return typeof i=="string"?x(Date.parse(i)):void 0}function ae(i,{warning:e,critical:t}){return i===void 0?"unknown":i>=100?"exhausted":i>=t?"critical":i>=e?"warning":"ok"}function Ue(i,e){let t=i.windows.map(n=>mt.indexOf(ae(n.usedShare,e)));return mt[Math.max(0,...t)]??"unknown"}function ze(i,e){return i.windows.length>0&&i.windows.every(n=>vn(n))||i.fetchedAt!==void 0&&e-i.fetchedAt>on}function vn(i){return i.usedShare===void 0&&i.resetsAt===void 0&&i.expiresAt===void 0}function F(i,e,t){let n=Ue(i,e);return i.needsSignIn?6:n==="exhausted"||n==="critical"?n==="exhausted"?5:4:i.trouble&&i.trouble.level!=="maintenance"?3:n==="warning"?2:ze(i,t)?1:0}function ce(i,e,t){let n=new Map;for(let o of i)n.set(o.provider,Math.max(n.get(o.provider)??0,F(o,e,t)));let s=[...new Set(i.map(o=>o.provider))];return[...i].sort((o,r)=>(n.get(r.provider)??0)-(n.get(o.provider)??0)||s.indexOf(o.provider)-s.indexOf(r.provider)||F(r,e,t)-F(o,e,t))}function gt(i,e){let{duration:t,resetsAt:n,toldPace:s,usedShare:o}=i;if(n!==void 0&&n<=e)return;if(s!==void 0)return s??void 0;if(!t||n===void 0||o===void 0||n-e>an*t)return;let r=Math.max(0,t-(n-e)),a=100*r/t;if(a<rn)return;let c=e+r*(100-o)/o,l=o<=0||c>=n;return{expected:a,lasts:l,runsOutAt:l||o>=100?void 0:c}}var oe,sn,on,rn,an,mt,cn,ft,le=m(()=>{"use strict";b();oe="ai_quota",sn=36e5,on=sn,rn=3,an=1.02,mt=["unknown","ok","warning","critical","exhausted"],cn=["maintenance","minor","major","critical"];ft=/^(window(?:_.+?)?)_(used|resets_at|expires_at|remaining|limit|pace|projected|runs_out_at|runs_out|burn_rate|low|exhausted)$/});function vt(){let i=g(document.documentElement.lang);return{schema:[{name:"title",selector:{text:{}}},{name:"devices",selector:{device:{multiple:!0,filter:{integration:oe}}}},Le(yt("layout",Re,i),yt("order",Oe,i)),Le(L("warning",_t),L("critical",_t)),Le(L("show_pace",{boolean:{}}),L("show_balances",{boolean:{}})),L("attention_only",{boolean:{}})],computeLabel:({name:e})=>Pe(`editor_${e}`,i),computeHelper:({name:e})=>Pe(`editor_${e}_help`,i)}}function L(i,e){return{name:i,selector:e,default:z[i]}}function yt(i,e,t){let n=e.map(s=>({value:s,label:Pe(`editor_${i}_${s}`,t)}));return L(i,{select:{mode:"dropdown",options:n}})}function Le(...i){return{name:"",type:"grid",schema:i}}function Pe(i,e){return U(i)?e(i):void 0}var _t,wt=m(()=>{"use strict";se();b();le();_t={number:{min:1,max:100,unit_of_measurement:"%",mode:"box"}}});function At(i,e){let t=JSON.stringify(i),n=xt.get(t)??e();return xt.set(t,n),n}function K({language:i,number_format:e},t){let n=e in bt?bt[e]:i,s=e==="none"?{...t,useGrouping:!1}:t;return At(["number",n,s],()=>new Intl.NumberFormat(n,s))}function St(i,e){return At(["date",i,e],()=>new Intl.DateTimeFormat(i,e))}function ue(i,e){let t=i>99&&i<100?99:Math.round(i);return K(e,{style:"percent",maximumFractionDigits:0}).format(t/100)}function V(i,e,t,n){if(e&&/^[A-Z]{3}$/.test(e))return K(t,{style:"currency",currency:e}).format(i);let s=Math.abs(i)>=wn?{notation:"compact"}:{},o=K(t,{maximumFractionDigits:1,...s}).format(i),r=`unit_${e}`;return e?`${o} ${U(r)?n(r):e}`:o}function Et(i,e,t,n,s){let o=t!==void 0&&/^[A-Z]{3}$/.test(t);return s("amount_of",{used:V(i,o?t:void 0,n,s),limit:V(e,t,n,s)})}function kt(i,e,t,n=!1){if(i<de)return t("less_than_a_minute");let s=Math.floor(i/He),o=Math.floor(i%He/Me),r=Math.floor(i%Me/de),a=[[s,"d"],[n&&s>=10?0:o,"h"],[s||n&&o>=10?0:r,"min"]],c=K(e,{});return a.flatMap(([l,h])=>l?[`${c.format(l)} ${h}`]:[]).join(" ")}function Ct(i,e){let t=Math.max(0,Math.floor(i/de)),s=[[Math.floor(t/1440),"day"],[Math.floor(t%1440/60),"hour"],[t>=1440?0:t%60,"minute"]].filter(([o])=>o>0);return(s.length?s:[[0,"minute"]]).map(([o,r])=>K(e,{style:"unit",unit:r,unitDisplay:"long"}).format(o)).join(", ")}function Tt(i,e,{config:t,locale:n}){let s=n.time_zone==="server"?{timeZone:t.time_zone}:{},o={hour:"numeric",minute:"2-digit",...bn(n),...s},a=$t(i,s)===$t(e,s)?{}:i-e<6*He&&i>e?{weekday:"short"}:{day:"numeric",month:"short"},c=n.time_format==="system"?void 0:n.language;return St(c,{...a,...o}).format(i)}function bn({time_format:i}){return i==="12"?{hourCycle:"h12"}:i==="24"?{hourCycle:"h23"}:{}}function $t(i,e){return St("en-CA",{dateStyle:"short",...e}).format(i)}var de,Me,He,wn,bt,xt,Rt=m(()=>{"use strict";b();de=6e4,Me=60*de,He=24*Me,wn=1e5,bt={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],none:["en-US"],quote_decimal:["de-CH"],space_comma:["fr","sv","cs"],system:void 0},xt=new Map});var Ot,Ut=m(()=>{"use strict";ke();Ot=pe`
  :host {
    --ok: var(--ai-quota-ok-color, var(--success-color, #43a047));
    --warning: var(--ai-quota-warning-color, var(--warning-color, #ffa600));
    --critical: var(--ai-quota-critical-color, var(--error-color, #db4437));
    --quiet: var(--secondary-text-color, #727272);
    --track: color-mix(in srgb, var(--primary-text-color, #212121) 12%, transparent);
    --small: var(--ha-font-size-s, 12px);
    --medium: var(--ha-font-weight-medium, 500);
    display: block;
  }

  :host([hidden]) {
    display: none;
  }

  ha-card {
    color: var(--primary-text-color);
    container-type: inline-size;
    font-size: var(--ha-font-size-m, 14px);
    font-variant-numeric: tabular-nums;
    height: 100%;
    line-height: 1.35;
    overflow: hidden;
  }

  h2,
  h3,
  ul {
    font: inherit;
    list-style: none;
    margin: 0;
    padding: 0;
  }

  .title {
    font-size: var(--ha-font-size-l, 16px);
    font-weight: var(--medium);
    padding: 16px 16px 0;
  }

  .accounts {
    padding-block: 4px;
  }

  .account {
    padding: 12px 16px;
  }

  .account + .account {
    border-top: 1px solid var(--divider-color, rgb(0 0 0 / 12%));
  }

  .account.sibling {
    border-top-style: dashed;
  }

  /* Head: who it is, and what is the matter */

  .head {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    min-height: 36px;
  }

  .badge {
    --mdc-icon-size: 20px;
    align-items: center;
    background: color-mix(in srgb, var(--level) 18%, transparent);
    border-radius: 50%;
    color: var(--level);
    display: flex;
    flex: none;
    height: 36px;
    justify-content: center;
    width: 36px;
  }

  .who {
    flex: 1 1 140px;
    min-width: 0;
  }

  .name {
    font-weight: var(--medium);
  }

  .name,
  .about {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .about {
    color: var(--quiet);
    font-size: var(--small);
  }

  .marks {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    max-width: 100%;
  }

  .mark {
    --mdc-icon-size: 14px;
    align-items: center;
    background: color-mix(in srgb, var(--level) 16%, transparent);
    border: 0;
    border-radius: var(--ha-border-radius-pill, 999px);
    box-sizing: border-box;
    color: inherit;
    cursor: pointer;
    display: inline-flex;
    font: inherit;
    font-size: var(--small);
    gap: 4px;
    max-width: 100%;
    min-height: 24px;
    padding: 2px 10px 2px 8px;
    text-decoration: none;
  }

  .mark.plain {
    cursor: default;
  }

  .mark > span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .mark ha-icon {
    color: var(--level);
    flex: none;
  }

  /* Windows */

  .windows {
    display: grid;
    gap: 4px 24px;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 240px), 1fr));
    margin: 8px -8px 0;
  }

  .window,
  .figure {
    border-radius: var(--ha-border-radius-md, 8px);
    padding: 4px 8px;
    position: relative;
  }

  .line {
    align-items: baseline;
    display: flex;
    gap: 8px;
    justify-content: space-between;
  }

  .label {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .share {
    --mdc-icon-size: 14px;
    align-items: center;
    display: inline-flex;
    flex: none;
    font-weight: var(--medium);
    gap: 4px;
  }

  .share ha-icon {
    color: var(--level);
  }

  .bar {
    background: var(--track);
    border-radius: var(--ha-border-radius-pill, 999px);
    height: 8px;
    margin-block: 6px;
    position: relative;
  }

  .fill {
    background: var(--level);
    border-radius: inherit;
    height: 100%;
    min-width: 8px;
  }

  .expected {
    background: var(--primary-text-color);
    border-radius: 1px;
    box-shadow: 0 0 0 1.5px var(--ha-card-background, var(--card-background-color, #fff));
    height: 14px;
    margin-inline-start: -1px;
    position: absolute;
    top: -3px;
    width: 2px;
  }

  .notes {
    color: var(--quiet);
    display: flex;
    flex-wrap: wrap;
    font-size: var(--small);
    gap: 0 12px;
    justify-content: space-between;
  }

  .note {
    color: var(--quiet);
    font-size: var(--small);
    font-weight: normal;
  }

  .ahead {
    --mdc-icon-size: 14px;
    align-items: center;
    color: var(--primary-text-color);
    display: flex;
    flex: 1 0 100%;
    gap: 4px;
  }

  .ahead ha-icon {
    color: var(--warning);
  }

  .ok {
    --level: var(--ok);
  }

  .warning {
    --level: var(--warning);
  }

  .critical,
  .exhausted {
    --level: var(--critical);
  }

  .unknown {
    --level: var(--quiet);
  }

  .unknown .bar {
    background: repeating-linear-gradient(135deg, var(--track) 0 4px, transparent 4px 8px);
  }

  /* Amounts */

  .figures {
    display: flex;
    flex-wrap: wrap;
    gap: 0 8px;
    margin: 4px -8px 0;
  }

  .figure {
    display: flex;
    font-size: var(--small);
    gap: 6px;
    max-width: 100%;
    box-sizing: border-box;
  }

  .figure .label {
    color: var(--quiet);
  }

  .figure .value {
    flex: none;
    font-weight: var(--medium);
  }

  /* A row is opened by a button that lies over it, so that its bar stays readable for a voice. */

  .open {
    background: none;
    border: 0;
    border-radius: inherit;
    cursor: pointer;
    inset: 0;
    margin: 0;
    padding: 0;
    position: absolute;
    width: 100%;
  }

  .open:hover {
    background: color-mix(in srgb, var(--primary-text-color) 5%, transparent);
  }

  :is(button, a):focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: -2px;
  }

  .mark:focus-visible {
    outline-offset: 1px;
  }

  /* Compact: a line for a window */

  .compact .account {
    padding-block: 8px;
  }

  .compact .head {
    gap: 4px 8px;
    min-height: 24px;
  }

  .compact .who {
    display: flex;
    align-items: baseline;
    gap: 8px;
  }

  .compact .name {
    flex: none;
    max-width: 100%;
  }

  .compact .about {
    flex: 1 1 0;
    min-width: 0;
  }

  .compact .windows {
    gap: 0 24px;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr));
    margin-top: 0;
  }

  .compact .window {
    align-items: center;
    display: grid;
    gap: 8px;
    grid-template-columns: minmax(0, 6fr) minmax(36px, 5fr) 54px 62px;
    padding-block: 2px;
  }

  .compact .bar {
    height: 6px;
    margin: 0;
  }

  .compact .expected {
    height: 12px;
  }

  .compact .share,
  .compact .time {
    justify-content: flex-end;
    text-align: end;
  }

  .compact .time {
    color: var(--quiet);
    font-size: var(--small);
    white-space: nowrap;
  }

  /* Nothing to show */

  .empty {
    align-items: center;
    color: var(--quiet);
    display: flex;
    flex-direction: column;
    gap: 12px;
    padding: 32px 16px;
    text-align: center;
  }

  .empty ha-icon {
    --mdc-icon-size: 40px;
    opacity: 0.6;
  }

  .action {
    background: color-mix(in srgb, var(--primary-color) 14%, transparent);
    border-radius: var(--ha-border-radius-pill, 999px);
    color: var(--primary-text-color);
    font-weight: var(--medium);
    padding: 8px 20px;
    text-decoration: none;
  }

  /* Wide: who on the left, its windows on the right */

  @container (min-width: 640px) {
    .account {
      align-items: start;
      column-gap: 24px;
      display: grid;
      grid-template-columns: 200px minmax(0, 1fr);
    }

    .compact .account {
      grid-template-columns: 300px minmax(0, 1fr);
    }

    .windows {
      margin-top: 0;
    }

    .figures {
      grid-column: 2;
    }
  }

  @media (prefers-reduced-motion: no-preference) {
    .fill {
      transition: width 400ms ease-out;
    }

    .open {
      transition: background 150ms;
    }
  }

  @media (forced-colors: active) {
    .bar {
      border: 1px solid CanvasText;
    }

    .fill {
      background: Highlight;
      forced-color-adjust: none;
    }

    .expected {
      background: CanvasText;
      forced-color-adjust: none;
    }
  }
`});function En({figures:i,windows:e}){let t=i.filter(n=>n.kind==="balance");return t.length||e.length?t:i.slice(0,3)}function zt(){customElements.get(k)||(customElements.define(k,Ne),(window.customCards??=[]).push({type:k,name:"AI Quota",preview:!0,get description(){return g(document.documentElement.lang)("description")},getEntitySuggestion:(i,e)=>{let{device_id:t,platform:n}=i.entities[e]??{};return t&&n==="ai_quota"?{config:{type:`custom:${k}`,devices:[t]}}:null}}))}var xn,$n,An,Sn,Ne,Lt=m(()=>{"use strict";ke();dt();se();wt();Rt();b();le();Ut();xn="/config/integrations/integration/ai_quota",$n="/config/integrations/dashboard/add?domain=ai_quota",An={unknown:"mdi:gauge-empty",ok:"mdi:gauge-low",warning:"mdi:gauge",critical:"mdi:gauge-full",exhausted:"mdi:timer-sand"},Sn={unknown:"",ok:"",warning:"mdi:alert",critical:"mdi:alert-octagon",exhausted:"mdi:alert-octagon"},Ne=class extends w{constructor(){super();this.connectedWhileHidden=!0;this.accounts=[];this.watched=[];new te(this)}static{this.styles=Ot}static{this.properties={hass:{attribute:!1},preview:{type:Boolean},config:{state:!0}}}static{this.getConfigForm=vt}static getStubConfig(){return{layout:z.layout,order:z.order}}setConfig(t){this.config={...t,...ie(t,document.documentElement.lang)}}getCardSize(){let t=this.accounts.map(n=>1+n.windows.length*(this.isCompact?.5:1));return Math.ceil(t.reduce((n,s)=>n+s,1))}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get isCompact(){return this.config.layout==="compact"}get text(){return g(this.hass.language)}shouldUpdate(t){if(!this.hass||!this.config)return!1;let n=t.get("hass");return t.size!==1||!n||this.concerns(n)}concerns(t){let n=this.hass;return["entities","devices","locale","language","localize","formatEntityState"].some(o=>t[o]!==n[o])||this.watched.some(o=>t.states[o]!==n.states[o])}willUpdate(){let t=B(this.hass,this.config.devices);this.watched=t.flatMap(r=>r.entityIds);let n=C(this.config),s=Date.now(),o=this.config.order==="attention"?ce(t,n,s):t;this.accounts=this.config.attention_only?o.filter(r=>F(r,n,s)):o,this.setHidden(this.config.attention_only&&!this.accounts.length&&!this.preview)}setHidden(t){this.hidden!==t&&(this.hidden=t,this.dispatch("card-visibility-changed",{value:!t}))}render(){let{title:t}=this.config;return p`<ha-card class=${this.config.layout}>
      ${t?p`<h2 class="title">${t}</h2>`:u}
      ${this.accounts.length?p`<div class="accounts">${this.accounts.map((n,s)=>this.account(n,this.accounts[s-1]))}</div>`:this.empty()}
    </ha-card>`}empty(){let{attention_only:t,devices:n}=this.config;return n.length||t?p`<div class="empty">${this.text(n.length?"gone":"none")}</div>`:p`<div class="empty">
      <ha-icon icon="mdi:gauge-empty"></ha-icon>
      ${this.text("empty")}
      <a class="action" href=${$n}>${this.text("empty_action")}</a>
    </div>`}account(t,n){let s=n?.provider===t.provider,o=t.ownName??t.provider,r=[t.hasSiblings&&!t.ownName&&t.label,t.plan].filter(Boolean).join(" · "),a=Ue(t,C(this.config)),c=this.shownWindows(t),l=this.config.show_balances&&!this.config.attention_only?En(t):[],h=t.windows.length?An[a]:"mdi:wallet-outline";return p`<section class="account ${s?"sibling":""}" aria-label=${[o,r].filter(Boolean).join(", ")}>
      <div class="head">
        ${this.isCompact?u:p`<span class="badge ${a}"><ha-icon icon=${h} aria-hidden="true"></ha-icon></span>`}
        <div class="who">
          <h3 class="name" title=${o}>${o}</h3>
          ${r?p`<div class="about" title=${r}>${r}</div>`:u}
        </div>
        ${this.marks(t)}
      </div>
      ${c.length?p`<ul class="windows">${c.map(d=>this.window(d,o))}</ul>`:u}
      ${l.length?p`<ul class="figures">${l.map(d=>this.figure(d))}</ul>`:u}
    </section>`}shownWindows({windows:t}){let n=s=>this.levelText(ae(s.usedShare,C(this.config)));return this.config.attention_only?t.filter(n):t}marks(t){let n=ze(t,Date.now());return p`<div class="marks">
      ${t.needsSignIn?p`<a class="mark critical" href=${xn}>
            <ha-icon icon="mdi:account-key" aria-hidden="true"></ha-icon><span>${this.text("sign_in")}</span>
          </a>`:u}
      ${t.trouble?this.trouble(t.trouble):u} ${n?this.stale(t):u}
    </div>`}trouble({description:t,entityId:n,level:s}){let o=this.hass.states[n],r={maintenance:"unknown",minor:"warning",major:"critical",critical:"critical"}[s];return p`<button class="mark ${r}" title=${t??u} @click=${()=>this.open(n)}>
      <ha-icon icon=${s==="maintenance"?"mdi:wrench":"mdi:cloud-alert"} aria-hidden="true"></ha-icon><span>${o&&this.hass.formatEntityState(o)}</span>
    </button>`}stale({fetchedAt:t,own:n}){let s=t&&this.length(Date.now()-t),o=s?this.text("stale",{time:s}):this.text("stale_unknown"),r=n.last_success,a=p`<ha-icon icon="mdi:clock-alert-outline" aria-hidden="true"></ha-icon><span>${o}</span>`;return r?p`<button class="mark unknown" @click=${()=>this.open(r)}>${a}</button>`:p`<span class="mark plain unknown">${a}</span>`}window(t,n){let s=this.config.show_pace?gt(t,Date.now()):void 0,o=ae(t.usedShare,C(this.config)),r=t.usedShare===void 0?"–":ue(t.usedShare,this.hass.locale),a=p`<span class="label">${t.name}</span>`,c=this.levelText(o),l=p`<span class="share" aria-hidden="true">
      ${c?p`<ha-icon icon=${Sn[o]}></ha-icon>`:u}
      ${c&&!this.isCompact?p`<span class="note">${c}</span>`:u}
      <span>${r}</span>
    </span>`,h=this.bar(t,s,o,n),d=p`<button
      class="open"
      aria-label=${`${this.text("show")}: ${n}, ${t.name}`}
      title=${this.hint(t,s,c)}
      @click=${()=>this.open(t.entityId)}
    ></button>`;if(this.isCompact){let f=t.resetsAt??t.expiresAt,_=f===void 0?u:this.length(f-Date.now(),!0);return p`<li class="window ${o}">
        ${a}${h}${l}<span class="time" aria-hidden="true">${_}</span>${d}
      </li>`}return p`<li class="window ${o}">
      <div class="line">${a}${l}</div>
      ${h}
      <div class="notes" aria-hidden="true">
        <span>${this.until(t,f=>this.length(f))}</span>
        <span>${this.amounts(t)}</span>
        ${s&&!s.lasts&&o!=="exhausted"?p`<span class="ahead"><ha-icon icon="mdi:speedometer"></ha-icon>${this.paceText(s,o)}</span>`:u}
      </div>
      ${d}
    </li>`}bar(t,n,s,o){let r=Math.min(100,Math.max(0,t.usedShare??0)),a=n&&Math.min(100,n.expected);return p`<div
      class="bar"
      role="meter"
      aria-label=${`${o}, ${t.name}`}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(r)}
      aria-valuetext=${this.spoken(t,n,s)}
    >
      ${r?p`<div class="fill" style="width:${r}%"></div>`:u}
      ${a===void 0?u:p`<div class="expected" style="inset-inline-start:${a}%"></div>`}
    </div>`}figure(t){let{entityId:n,name:s}=t,o=V(t.value,t.unit,this.hass.locale,this.text);return p`<li class="figure">
      <span class="label" title=${s}>${s}</span><span class="value">${o}</span>
      <button class="open" aria-label=${`${this.text("show")}: ${s}, ${o}`} @click=${()=>this.open(n)}></button>
    </li>`}spoken(t,n,s){let o=t.usedShare;return[o===void 0?this.text("unknown"):this.text("used",{share:ue(o,this.hass.locale)}),this.levelText(s),this.amounts(t),this.until(t,r=>Ct(r,this.hass.locale)),n&&this.expected(n),this.paceText(n,s)].filter(Boolean).join(", ")}hint(t,n,s){let o=t.resetsAt??t.expiresAt,r=o&&Tt(o,Date.now(),this.hass),a=this.until(t,c=>this.length(c));return[t.name,s,a&&`${a} (${r})`,n&&this.expected(n)].filter(Boolean).join(`
`)}expected(t){return this.text("expected",{share:ue(t.expected,this.hass.locale)})}length(t,n=!1){return kt(t,this.hass.locale,this.text,n)}levelText(t){return t==="ok"||t==="unknown"?void 0:this.text(`level_${t}`)}paceText(t,n){if(!t||n==="exhausted")return;if(t.lasts)return this.text("pace_lasts");let s=t.runsOutAt&&t.runsOutAt-Date.now();return s?this.text("pace_exhausts_in",{time:this.length(s)}):this.text("pace_exhausts")}until({expiresAt:t,resetsAt:n},s){let o=n??t;if(o===void 0)return;let r=o-Date.now();return n!==void 0&&r<=0?this.text("resets_now"):this.text(n===void 0?"expires_in":"resets_in",{time:s(r)})}amounts({limit:t,remaining:n,unit:s,used:o}){let{locale:r}=this.hass;return o!==void 0&&t!==void 0?Et(o,t,s,r,this.text):n===void 0?void 0:this.text("amount_left",{amount:V(n,s,r,this.text)})}open(t){this.dispatch("hass-more-info",{entityId:t})}dispatch(t,n){this.dispatchEvent(new CustomEvent(t,{bubbles:!0,composed:!0,detail:n}))}}});function Pt(i,e){let t=g(e.language),n=[{title:t("overview"),path:"overview",icon:"mdi:gauge",strategy:{...i,view:"overview"}},{title:t("details"),path:"details",icon:"mdi:chart-line",strategy:{...i,view:"details"}}];return{views:B(e,i.devices).length?n:n.slice(0,1)}}function Mt({type:i,view:e,...t},n){let s={...t,type:`custom:${k}`},o=ie(s,n.language),r=B(n,o.devices);return r.length?e==="details"?Tn(r,n):Cn(ce(r,C(o),Date.now()),s,n):{type:"panel",cards:[s]}}function Cn(i,e,t){let n=g(t.language)("attention"),s={...e,title:n,layout:"compact",attention_only:!0,order:"attention"},r=[...new Set(i.map(l=>l.provider))].map(l=>({...e,devices:i.filter(h=>h.provider===l).map(h=>h.deviceId)})),a={type:"grid",column_span:De,cards:[{...s,grid_options:{columns:"full"}}]},c=r.map(l=>({type:"grid",cards:[l]}));return{type:"sections",max_columns:De,sections:[a,...c]}}function Tn(i,e){return{type:"sections",max_columns:De,sections:i.map(t=>({type:"grid",cards:[Rn(t),...On(t),...Un(t,e)]}))}}function Rn(i){return{type:"heading",heading:i.ownName??[i.provider,i.label].filter(Boolean).join(" · "),tap_action:{action:"navigate",navigation_path:`/config/devices/device/${i.deviceId}`}}}function On({windows:i}){let e=i.filter(t=>t.usedShare!==void 0).map(t=>({entity:t.entityId,name:t.name}));return e.length?[{type:"statistics-graph",entities:e,...kn}]:[]}function Un({figures:i,own:e},t){let n=["service_status","last_success","refresh"].flatMap(o=>e[o]??[]),s=[...i.map(o=>o.entityId),...n].map(o=>({entity:o,name:t.entities[o]?.name}));return s.length?[{type:"entities",entities:s}]:[]}var De,kn,Ht=m(()=>{"use strict";se();b();le();De=4,kn={chart_type:"line",days_to_show:7,min_y_axis:0,period:"hour",stat_types:["max"]}});function Nt(){customElements.get("ll-strategy-dashboard-ai-quota")||(customElements.define("ll-strategy-dashboard-ai-quota",Ie),customElements.define("ll-strategy-view-ai-quota",je),(window.customStrategies??=[]).push({type:"ai-quota",strategyType:"dashboard",name:"AI Quota",get description(){return g(document.documentElement.lang)("dashboard_description")}}))}var Ie,je,Dt=m(()=>{"use strict";Ht();b();Ie=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return Pt(e,t)}},je=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return Mt(e,t)}}});var zn={};var It=m(()=>{"use strict";Lt();Dt();zt();Nt()});await customElements.whenDefined("home-assistant");await Promise.resolve().then(()=>(It(),zn));
