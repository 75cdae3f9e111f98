/*! AI Quota, MIT. Contains Lit, BSD-3-Clause: see LICENSE-lit.txt. */
var m=(i,e,t)=>()=>{if(t)throw t[0];try{return i&&(e=i(i=0)),e}catch(n){throw t=[n],n}};var Z,Y,pe,We,P,Fe,me,qe,fe,ge=m(()=>{Z=globalThis,Y=Z.ShadowRoot&&(Z.ShadyCSS===void 0||Z.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,pe=Symbol(),We=new WeakMap,P=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==pe)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(Y&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=We.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&We.set(t,e))}return e}toString(){return this.cssText}},Fe=i=>new P(typeof i=="string"?i:i+"",void 0,pe),me=(i,...e)=>{let t=i.length===1?i[0]:e.reduce((n,s,o)=>n+(r=>{if(r._$cssResult$===!0)return r.cssText;if(typeof r=="number")return r;throw Error("Value passed to 'css' function must be a 'css' function result: "+r+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+i[o+1],i[0]);return new P(t,i,pe)},qe=(i,e)=>{if(Y)i.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let n=document.createElement("style"),s=Z.litNonce;s!==void 0&&n.setAttribute("nonce",s),n.textContent=t.cssText,i.appendChild(n)}},fe=Y?i=>i:i=>i instanceof CSSStyleSheet?(e=>{let t="";for(let n of e.cssRules)t+=n.cssText;return Fe(t)})(i):i});var Ht,Nt,Dt,It,jt,Wt,J,Be,Ft,qt,M,_e,Ve,Ke,_,Q=m(()=>{ge();ge();({is:Ht,defineProperty:Nt,getOwnPropertyDescriptor:Dt,getOwnPropertyNames:It,getOwnPropertySymbols:jt,getPrototypeOf:Wt}=Object),J=globalThis,Be=J.trustedTypes,Ft=Be?Be.emptyScript:"",qt=J.reactiveElementPolyfillSupport,M=(i,e)=>i,_e={toAttribute(i,e){switch(e){case Boolean:i=i?Ft:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,e){let t=i;switch(e){case Boolean:t=i!==null;break;case Number:t=i===null?null:Number(i);break;case Object:case Array:try{t=JSON.parse(i)}catch{t=null}}return t}},Ve=(i,e)=>!Ht(i,e),Ke={attribute:!0,type:String,converter:_e,reflect:!1,useDefault:!1,hasChanged:Ve};Symbol.metadata??=Symbol("metadata"),J.litPropertyMetadata??=new WeakMap;_=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=Ke){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),s=this.getPropertyDescriptor(e,n,t);s!==void 0&&Nt(this.prototype,e,s)}}static getPropertyDescriptor(e,t,n){let{get:s,set:o}=Dt(this.prototype,e)??{get(){return this[t]},set(r){this[t]=r}};return{get:s,set(r){let a=s?.call(this);o?.call(this,r),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??Ke}static _$Ei(){if(this.hasOwnProperty(M("elementProperties")))return;let e=Wt(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(M("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(M("properties"))){let t=this.properties,n=[...It(t),...jt(t)];for(let s of n)this.createProperty(s,t[s])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[n,s]of t)this.elementProperties.set(n,s)}this._$Eh=new Map;for(let[t,n]of this.elementProperties){let s=this._$Eu(t,n);s!==void 0&&this._$Eh.set(s,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let s of n)t.unshift(fe(s))}else e!==void 0&&t.push(fe(e));return t}static _$Eu(e,t){let n=t.attribute;return n===!1?void 0:typeof n=="string"?n:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return qe(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),s=this.constructor._$Eu(e,n);if(s!==void 0&&n.reflect===!0){let o=(n.converter?.toAttribute!==void 0?n.converter:_e).toAttribute(t,n.type);this._$Em=e,o==null?this.removeAttribute(s):this.setAttribute(s,o),this._$Em=null}}_$AK(e,t){let n=this.constructor,s=n._$Eh.get(e);if(s!==void 0&&this._$Em!==s){let o=n.getPropertyOptions(s),r=typeof o.converter=="function"?{fromAttribute:o.converter}:o.converter?.fromAttribute!==void 0?o.converter:_e;this._$Em=s;let a=r.fromAttribute(t,o.type);this[s]=a??this._$Ej?.get(s)??a,this._$Em=null}}requestUpdate(e,t,n,s=!1,o){if(e!==void 0){let r=this.constructor;if(s===!1&&(o=this[e]),n??=r.getPropertyOptions(e),!((n.hasChanged??Ve)(o,t)||n.useDefault&&n.reflect&&o===this._$Ej?.get(e)&&!this.hasAttribute(r._$Eu(e,n))))return;this.C(e,t,n)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:s,wrapped:o},r){n&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,r??t??this[e]),o!==!0||r!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),s===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,o]of this._$Ep)this[s]=o;this._$Ep=void 0}let n=this.constructor.elementProperties;if(n.size>0)for(let[s,o]of n){let{wrapped:r}=o,a=this[s];r!==!0||this._$AL.has(s)||a===void 0||this.C(s,void 0,o,a)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(n=>n.hostUpdate?.()),this.update(t)):this._$EM()}catch(n){throw e=!1,this._$EM(),n}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};_.elementStyles=[],_.shadowRootOptions={mode:"open"},_[M("elementProperties")]=new Map,_[M("finalized")]=new Map,qt?.({ReactiveElement:_}),(J.reactiveElementVersions??=[]).push("2.1.2")});function st(i,e){if(!Se(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return Ze!==void 0?Ze.createHTML(e):e}function T(i,e,t=i,n){if(e===E)return e;let s=n!==void 0?t._$Co?.[n]:t._$Cl,o=D(e)?void 0:e._$litDirective$;return s?.constructor!==o&&(s?._$AO?.(!1),o===void 0?s=void 0:(s=new o(i),s._$AT(i,t,n)),n!==void 0?(t._$Co??=[])[n]=s:t._$Cl=s),s!==void 0&&(e=T(i,s._$AS(i,e.values),s,n)),e}var Ae,Ge,X,Ze,tt,v,nt,Bt,S,N,D,Se,Kt,ye,H,Ye,Je,$,Qe,Xe,it,Ee,h,Pn,Mn,E,l,et,A,Vt,I,ve,j,R,we,xe,be,$e,Gt,ot,ee=m(()=>{Ae=globalThis,Ge=i=>i,X=Ae.trustedTypes,Ze=X?X.createPolicy("lit-html",{createHTML:i=>i}):void 0,tt="$lit$",v=`lit$${Math.random().toFixed(9).slice(2)}$`,nt="?"+v,Bt=`<${nt}>`,S=document,N=()=>S.createComment(""),D=i=>i===null||typeof i!="object"&&typeof i!="function",Se=Array.isArray,Kt=i=>Se(i)||typeof i?.[Symbol.iterator]=="function",ye=`[ 	
\f\r]`,H=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Ye=/-->/g,Je=/>/g,$=RegExp(`>|${ye}(?:([^\\s"'>=/]+)(${ye}*=${ye}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),Qe=/'/g,Xe=/"/g,it=/^(?:script|style|textarea|title)$/i,Ee=i=>(e,...t)=>({_$litType$:i,strings:e,values:t}),h=Ee(1),Pn=Ee(2),Mn=Ee(3),E=Symbol.for("lit-noChange"),l=Symbol.for("lit-nothing"),et=new WeakMap,A=S.createTreeWalker(S,129);Vt=(i,e)=>{let t=i.length-1,n=[],s,o=e===2?"<svg>":e===3?"<math>":"",r=H;for(let a=0;a<t;a++){let c=i[a],d,p,u=-1,f=0;for(;f<c.length&&(r.lastIndex=f,p=r.exec(c),p!==null);)f=r.lastIndex,r===H?p[1]==="!--"?r=Ye:p[1]!==void 0?r=Je:p[2]!==void 0?(it.test(p[2])&&(s=RegExp("</"+p[2],"g")),r=$):p[3]!==void 0&&(r=$):r===$?p[0]===">"?(r=s??H,u=-1):p[1]===void 0?u=-2:(u=r.lastIndex-p[2].length,d=p[1],r=p[3]===void 0?$:p[3]==='"'?Xe:Qe):r===Xe||r===Qe?r=$:r===Ye||r===Je?r=H:(r=$,s=void 0);let y=r===$&&i[a+1].startsWith("/>")?" ":"";o+=r===H?c+Bt:u>=0?(n.push(d),c.slice(0,u)+tt+c.slice(u)+v+y):c+v+(u===-2?a:y)}return[st(i,o+(i[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),n]},I=class i{constructor({strings:e,_$litType$:t},n){let s;this.parts=[];let o=0,r=0,a=e.length-1,c=this.parts,[d,p]=Vt(e,t);if(this.el=i.createElement(d,n),A.currentNode=this.el.content,t===2||t===3){let u=this.el.content.firstChild;u.replaceWith(...u.childNodes)}for(;(s=A.nextNode())!==null&&c.length<a;){if(s.nodeType===1){if(s.hasAttributes())for(let u of s.getAttributeNames())if(u.endsWith(tt)){let f=p[r++],y=s.getAttribute(u).split(v),G=/([.?@])?(.*)/.exec(f);c.push({type:1,index:o,name:G[2],strings:y,ctor:G[1]==="."?we:G[1]==="?"?xe:G[1]==="@"?be:R}),s.removeAttribute(u)}else u.startsWith(v)&&(c.push({type:6,index:o}),s.removeAttribute(u));if(it.test(s.tagName)){let u=s.textContent.split(v),f=u.length-1;if(f>0){s.textContent=X?X.emptyScript:"";for(let y=0;y<f;y++)s.append(u[y],N()),A.nextNode(),c.push({type:2,index:++o});s.append(u[f],N())}}}else if(s.nodeType===8)if(s.data===nt)c.push({type:2,index:o});else{let u=-1;for(;(u=s.data.indexOf(v,u+1))!==-1;)c.push({type:7,index:o}),u+=v.length-1}o++}}static createElement(e,t){let n=S.createElement("template");return n.innerHTML=e,n}};ve=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,s=(e?.creationScope??S).importNode(t,!0);A.currentNode=s;let o=A.nextNode(),r=0,a=0,c=n[0];for(;c!==void 0;){if(r===c.index){let d;c.type===2?d=new j(o,o.nextSibling,this,e):c.type===1?d=new c.ctor(o,c.name,c.strings,this,e):c.type===6&&(d=new $e(o,this,e)),this._$AV.push(d),c=n[++a]}r!==c?.index&&(o=A.nextNode(),r++)}return A.currentNode=S,s}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings!==void 0?(n._$AI(e,n,t),t+=n.strings.length-2):n._$AI(e[t])),t++}},j=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,s){this.type=2,this._$AH=l,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=T(this,e,t),D(e)?e===l||e==null||e===""?(this._$AH!==l&&this._$AR(),this._$AH=l):e!==this._$AH&&e!==E&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):Kt(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==l&&D(this._$AH)?this._$AA.nextSibling.data=e:this.T(S.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,s=typeof n=="number"?this._$AC(e):(n.el===void 0&&(n.el=I.createElement(st(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===s)this._$AH.p(t);else{let o=new ve(s,this),r=o.u(this.options);o.p(t),this.T(r),this._$AH=o}}_$AC(e){let t=et.get(e.strings);return t===void 0&&et.set(e.strings,t=new I(e)),t}k(e){Se(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,n,s=0;for(let o of e)s===t.length?t.push(n=new i(this.O(N()),this.O(N()),this,this.options)):n=t[s],n._$AI(o),s++;s<t.length&&(this._$AR(n&&n._$AB.nextSibling,s),t.length=s)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let n=Ge(e).nextSibling;Ge(e).remove(),e=n}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},R=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,s,o){this.type=1,this._$AH=l,this._$AN=void 0,this.element=e,this.name=t,this._$AM=s,this.options=o,n.length>2||n[0]!==""||n[1]!==""?(this._$AH=Array(n.length-1).fill(new String),this.strings=n):this._$AH=l}_$AI(e,t=this,n,s){let o=this.strings,r=!1;if(o===void 0)e=T(this,e,t,0),r=!D(e)||e!==this._$AH&&e!==E,r&&(this._$AH=e);else{let a=e,c,d;for(e=o[0],c=0;c<o.length-1;c++)d=T(this,a[n+c],t,c),d===E&&(d=this._$AH[c]),r||=!D(d)||d!==this._$AH[c],d===l?e=l:e!==l&&(e+=(d??"")+o[c+1]),this._$AH[c]=d}r&&!s&&this.j(e)}j(e){e===l?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},we=class extends R{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===l?void 0:e}},xe=class extends R{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==l)}},be=class extends R{constructor(e,t,n,s,o){super(e,t,n,s,o),this.type=5}_$AI(e,t=this){if((e=T(this,e,t,0)??l)===E)return;let n=this._$AH,s=e===l&&n!==l||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,o=e!==l&&(n===l||s);s&&this.element.removeEventListener(this.name,this,n),o&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},$e=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){T(this,e)}},Gt=Ae.litHtmlPolyfillSupport;Gt?.(I,j),(Ae.litHtmlVersions??=[]).push("3.3.3");ot=(i,e,t)=>{let n=t?.renderBefore??e,s=n._$litPart$;if(s===void 0){let o=t?.renderBefore??null;n._$litPart$=s=new j(e.insertBefore(N(),o),o,void 0,t??{})}return s._$AI(i),s}});var ke,w,Zt,rt=m(()=>{Q();Q();ee();ee();ke=globalThis,w=class extends _{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=ot(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return E}};w._$litElement$=!0,w.finalized=!0,ke.litElementHydrateSupport?.({LitElement:w});Zt=ke.litElementPolyfillSupport;Zt?.({LitElement:w});(ke.litElementVersions??=[]).push("4.2.2")});var at=m(()=>{});var Ce=m(()=>{Q();ee();rt();at()});function lt(){for(let i of U)i()}function Re(){clearInterval(Te),Te=void 0,U.size&&!document.hidden&&(Te=setInterval(lt,15e3))}function ct(){Re(),document.hidden||lt()}var U,Te,te,dt=m(()=>{"use strict";U=new Set;te=class{constructor(e){this.host=e;this.listen=()=>this.host.requestUpdate();e.addController(this)}hostConnected(){U.size||document.addEventListener("visibilitychange",ct),U.add(this.listen),Re()}hostDisconnected(){U.delete(this.listen),U.size||document.removeEventListener("visibilitychange",ct),Re()}}});var ht,ut=m(()=>{ht={amount_left:"{amount} übrig",amount_of:"{used} von {limit}",attention:"Braucht Aufmerksamkeit",dashboard_description:"Alle KI-Tarife: was Aufmerksamkeit braucht, jedes Kontingent, der Verlauf einer Woche",description:"Wie viel deiner KI-Tarife verbraucht ist, wann die Kontingente zurückgesetzt werden und ob du zu schnell bist",details:"Einzelheiten",editor_attention_only:"Nur was Aufmerksamkeit braucht",editor_attention_only_help:"Solange alles in Ordnung ist, wird die Karte nicht angezeigt.",editor_critical:"Fast verbraucht ab",editor_devices:"Konten",editor_devices_help:"Ohne Auswahl werden alle Konten gezeigt.",editor_layout:"Darstellung",editor_layout_compact:"Kompakt",editor_layout_detailed:"Ausführlich",editor_order:"Reihenfolge",editor_order_attention:"Was Aufmerksamkeit braucht, zuerst",editor_order_provider:"Nach Anbieter",editor_show_balances:"Guthaben zeigen",editor_show_pace:"Tempo zeigen",editor_show_pace_help:"Eine Marke auf jedem Balken zeigt, wo der Verbrauch jetzt liegen dürfte.",editor_title:"Titel",editor_warning:"Wird knapp ab",empty:"Es ist noch kein KI-Tarif eingerichtet.",empty_action:"Konto hinzufügen",expected:"{share} bis jetzt zu erwarten",expires_in:"Verfällt in {time}",gone:"Die Konten dieser Karte gibt es nicht mehr.",invalid_choice:"„{key}“ muss eines davon sein: {choices}.",invalid_devices:"„devices“ muss eine Liste von Geräten sein.",invalid_thresholds:"„warning“ und „critical“ müssen Prozentwerte sein, der erste nicht über dem zweiten.",less_than_a_minute:"< 1 min",level_critical:"Fast verbraucht",level_exhausted:"Verbraucht",level_warning:"Wird knapp",none:"Nichts braucht Aufmerksamkeit.",overview:"Übersicht",pace_exhausts:"Reicht nicht bis zum Zurücksetzen",pace_exhausts_in:"Bei diesem Tempo leer in {time}",pace_lasts:"Reicht bis zum Zurücksetzen",resets_in:"Reset in {time}",resets_now:"Reset steht an",show:"Einzelheiten zeigen",sign_in:"Neu anmelden",stale:"{time} alt",stale_unknown:"Keine aktuellen Angaben",unit_characters:"Zeichen",unit_credits:"Credits",unit_hours:"Stunden",unit_messages:"Nachrichten",unit_points:"Punkte",unit_requests:"Anfragen",unit_tokens:"Tokens",unknown:"Unbekannt",used:"{share} verbraucht",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Tag",window_extra_usage:"Zusatznutzung",window_key:"API-Schlüssel",window_monthly:"Monat",window_quota:"Kontingent",window_renewal:"Bis zur Verlängerung",window_session:"Sitzung",window_weekly:"Woche"}});var ne,pt=m(()=>{ne={amount_left:"{amount} left",amount_of:"{used} of {limit}",attention:"Needs attention",dashboard_description:"All AI plans: what needs attention, every limit, a week of history",description:"How much of your AI plans is used, when the limits reset, and whether you go too fast",details:"Details",editor_attention_only:"Only what needs attention",editor_attention_only_help:"The card is hidden while everything is fine.",editor_critical:"Almost used up from",editor_devices:"Accounts",editor_devices_help:"Without a choice all accounts are shown.",editor_layout:"Layout",editor_layout_compact:"Compact",editor_layout_detailed:"Detailed",editor_order:"Order",editor_order_attention:"What needs attention first",editor_order_provider:"By provider",editor_show_balances:"Show balances",editor_show_pace:"Show pace",editor_show_pace_help:"A mark on each bar shows where the use should be by now.",editor_title:"Title",editor_warning:"Running low from",empty:"No AI plan has been set up yet.",empty_action:"Add an account",expected:"{share} expected by now",expires_in:"Expires in {time}",gone:"The accounts of this card no longer exist.",invalid_choice:'"{key}" has to be one of: {choices}.',invalid_devices:'"devices" has to be a list of devices.',invalid_thresholds:'"warning" and "critical" have to be percentages, the first one not above the second.',less_than_a_minute:"< 1 min",level_critical:"Almost used up",level_exhausted:"Used up",level_warning:"Running low",none:"Nothing needs attention.",overview:"Overview",pace_exhausts:"Will run out early",pace_exhausts_in:"At this pace empty in {time}",pace_lasts:"Lasts until the reset",resets_in:"Resets in {time}",resets_now:"About to reset",show:"Show details",sign_in:"Sign in again",stale:"{time} old",stale_unknown:"No current figures",unit_characters:"characters",unit_credits:"credits",unit_hours:"hours",unit_messages:"messages",unit_points:"points",unit_requests:"requests",unit_tokens:"tokens",unknown:"Unknown",used:"{share} used",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Daily",window_extra_usage:"Extra usage",window_key:"API key",window_monthly:"Monthly",window_quota:"Quota",window_renewal:"Until renewal",window_session:"Session",window_weekly:"Weekly"}});function g(i){let e=Qt[i.split("-")[0]??""]??ne;return(t,n={})=>e[t].replace(/{(\w+)}/g,(s,o)=>n[o]??"")}function L(i){return i in ne}var Qt,x=m(()=>{"use strict";ut();pt();Qt={de:ht,en:ne}});function ie(i,e){let t={...z,...i},n=g(e),s=(o,r)=>{if(!r.includes(t[o]))throw new Error(n("invalid_choice",{key:o,choices:r.join(", ")}))};if(s("layout",Ue),s("order",Le),!Array.isArray(t.devices))throw new Error(n("invalid_devices"));if(!(0<t.warning&&t.warning<=t.critical&&t.critical<=100))throw new Error(n("invalid_thresholds"));return t}function C({warning:i,critical:e}){return{warning:i,critical:e}}var k,Ue,Le,z,se=m(()=>{"use strict";x();k="ai-quota-card",Ue=["detailed","compact"],Le=["provider","attention"],z={layout:"detailed",devices:[],order:"provider",attention_only:!1,warning:80,critical:95,show_pace:!0,show_balances:!0}});function B(i,e=[]){let t=[...on(i)].flatMap(([s,o])=>{let r=i.devices[s];return r&&(!e.length||e.includes(s))?[rn(i,r,o)]:[]}),n=s=>`${s.provider} ${s.ownName??s.label}`;return t.sort((s,o)=>e.length?e.indexOf(s.deviceId)-e.indexOf(o.deviceId):n(s).localeCompare(n(o),i.language))}function on(i){let e=new Map;for(let t of Object.values(i.entities))t.platform===oe&&t.device_id&&e.set(t.device_id,[...e.get(t.device_id)??[],t]);return e}function rn(i,e,t){let n=Object.fromEntries(t.map(r=>[r.translation_key??"",r.entity_id])),s=r=>re(i.states[n[r]??""]),o=e.manufacturer??e.name??"";return{deviceId:e.id,provider:o,label:an(e.name??"",o),ownName:e.name_by_user??void 0,plan:e.model??void 0,windows:cn(i,t),figures:pn(i,t),fetchedAt:W(s("last_success")?.state),needsSignIn:s("sign_in_needed")?.state==="on",trouble:mn(s("service_status")),own:n,entityIds:t.map(r=>r.entity_id)}}function an(i,e){return(i.startsWith(e)?i.slice(e.length).trim():i).replace(/^\((.*)\)( \d+)?$/,"$1$2")}function cn(i,e){let t=new Map;for(let n of e){let s=i.states[n.entity_id]?.attributes.window_id,o=ft.exec(n.translation_key??"")?.[2];typeof s=="string"&&o&&t.set(s,(t.get(s)??new Map).set(o,n))}return[...t].flatMap(([n,s])=>ln(i,n,s)??[])}function ln(i,e,t){let n=t.get("used")??t.get("resets_at")??t.get("expires_at");if(!n||n.hidden)return;let s=c=>re(i.states[t.get(c)?.entity_id??""]),o=s("used"),r=o?.attributes??{},a=b(r.duration_minutes);return{id:e,name:un(i,n),entityId:n.entity_id,usedShare:b(o?.state),used:b(r.used),limit:b(r.limit),remaining:b(r.remaining),unit:q(r.unit),resetsAt:W(r.resets_at)??W(s("resets_at")?.state),expiresAt:W(s("expires_at")?.state),duration:a&&a*6e4,toldPace:dn(i,t)}}function dn(i,e){let t=e.get("pace");if(!t)return;let n=re(i.states[t.entity_id])?.attributes??{},s=b(n.expected);return s===void 0?null:{expected:s,lasts:n.lasts===!0,runsOutAt:W(n.runs_out_at)}}function un(i,e){let t=e.translation_key??"",n=q(i.states[e.entity_id]?.attributes.window_name)??e.name??"",s=/\(([^()]+)\)$/.exec(n)?.[1],o=i.localize(`component.${oe}.entity.sensor.${t}.name`,{scope:s,window:n});if(e.name&&o&&hn(i.language,i.config.language)&&e.name!==o)return e.name;let r=(ft.exec(t)?.[1]??"").replace(/_scoped$/,"");if(!L(r))return n;let a=g(i.language)(r);return t.includes("_scoped_")?`${a} (${s})`:a}function hn(i,e){return i.split("-")[0]===e.split("-")[0]}function pn(i,e){return e.flatMap(t=>{let n=re(i.states[t.entity_id]),s=q(n?.attributes.metric_kind),o=b(n?.state),r=q(n?.attributes.unit_of_measurement);return s&&o!==void 0&&!t.hidden?[{entityId:t.entity_id,kind:s,name:t.name??"",value:o,unit:r}]:[]})}function mn(i){let e=sn.find(t=>t===i?.state);return i&&e?{entityId:i.entity_id,level:e,description:q(i.attributes.description)}:void 0}function re(i){return i&&i.state!=="unavailable"&&i.state!=="unknown"?i:void 0}function b(i){let e=typeof i=="string"&&i.trim()?Number(i):i;return typeof e=="number"&&Number.isFinite(e)?e:void 0}function q(i){return typeof i=="string"&&i?i:void 0}function W(i){return typeof i=="string"?b(Date.parse(i)):void 0}function ae(i,{warning:e,critical:t}){return i===void 0?"unknown":i>=100?"exhausted":i>=t?"critical":i>=e?"warning":"ok"}function ze(i,e){let t=i.windows.map(n=>mt.indexOf(ae(n.usedShare,e)));return mt[Math.max(0,...t)]??"unknown"}function Oe(i,e){return i.windows.length>0&&i.windows.every(n=>fn(n))||i.fetchedAt!==void 0&&e-i.fetchedAt>en}function fn(i){return i.usedShare===void 0&&i.resetsAt===void 0&&i.expiresAt===void 0}function F(i,e,t){let n=ze(i,e);return i.needsSignIn?6:n==="exhausted"||n==="critical"?n==="exhausted"?5:4:i.trouble&&i.trouble.level!=="maintenance"?3:n==="warning"?2:Oe(i,t)?1:0}function ce(i,e,t){let n=new Map;for(let o of i)n.set(o.provider,Math.max(n.get(o.provider)??0,F(o,e,t)));let s=[...new Set(i.map(o=>o.provider))];return[...i].sort((o,r)=>(n.get(r.provider)??0)-(n.get(o.provider)??0)||s.indexOf(o.provider)-s.indexOf(r.provider)||F(r,e,t)-F(o,e,t))}function gt(i,e){let{duration:t,resetsAt:n,toldPace:s,usedShare:o}=i;if(n!==void 0&&n<=e)return;if(s!==void 0)return s??void 0;if(!t||n===void 0||o===void 0||n-e>nn*t)return;let r=Math.max(0,t-(n-e)),a=100*r/t;if(a<tn)return;let c=e+r*(100-o)/o,d=o<=0||c>=n;return{expected:a,lasts:d,runsOutAt:d||o>=100?void 0:c}}var oe,Xt,en,tn,nn,mt,sn,ft,le=m(()=>{"use strict";x();oe="ai_quota",Xt=36e5,en=Xt,tn=3,nn=1.02,mt=["unknown","ok","warning","critical","exhausted"],sn=["maintenance","minor","major","critical"];ft=/^(window(?:_.+?)?)_(used|resets_at|expires_at|remaining|limit|pace|projected|runs_out_at|runs_out|burn_rate|low|exhausted)$/});function vt(){let i=g(document.documentElement.lang);return{schema:[{name:"title",selector:{text:{}}},{name:"devices",selector:{device:{multiple:!0,filter:{integration:oe}}}},Pe(yt("layout",Ue,i),yt("order",Le,i)),Pe(O("warning",_t),O("critical",_t)),Pe(O("show_pace",{boolean:{}}),O("show_balances",{boolean:{}})),O("attention_only",{boolean:{}})],computeLabel:({name:e})=>Me(`editor_${e}`,i),computeHelper:({name:e})=>Me(`editor_${e}_help`,i)}}function O(i,e){return{name:i,selector:e,default:z[i]}}function yt(i,e,t){let n=e.map(s=>({value:s,label:Me(`editor_${i}_${s}`,t)}));return O(i,{select:{mode:"dropdown",options:n}})}function Pe(...i){return{name:"",type:"grid",schema:i}}function Me(i,e){return L(i)?e(i):void 0}var _t,wt=m(()=>{"use strict";se();x();le();_t={number:{min:1,max:100,unit_of_measurement:"%",mode:"box"}}});function ue(i,e){let t=i.number_format in xt?xt[i.number_format]:i.language;return new Intl.NumberFormat(t,i.number_format==="none"?{...e,useGrouping:!1}:e)}function V(i,e){let t=i>99&&i<100?99:Math.round(i);return ue(e,{style:"percent",maximumFractionDigits:0}).format(t/100)}function K(i,e,t,n){if(e&&/^[A-Z]{3}$/.test(e))return ue(t,{style:"currency",currency:e}).format(i);let s=Math.abs(i)>=gn?{notation:"compact"}:{},o=ue(t,{maximumFractionDigits:1,...s}).format(i),r=`unit_${e}`;return e?`${o} ${L(r)?n(r):e}`:o}function $t(i,e,t,n,s){let o=t!==void 0&&/^[A-Z]{3}$/.test(t);return s("amount_of",{used:K(i,o?t:void 0,n,s),limit:K(e,t,n,s)})}function he(i,e,t,n=!1){if(i<de)return t("less_than_a_minute");let s=Math.floor(i/Ne),o=Math.floor(i%Ne/He),r=Math.floor(i%He/de),a=[[s,"d"],[n&&s>=10?0:o,"h"],[s||n&&o>=10?0:r,"min"]],c=ue(e,{});return a.flatMap(([d,p])=>d?[`${c.format(d)} ${p}`]:[]).join(" ")}function At(i,e){let t=Math.max(0,Math.floor(i/de)),s=[[Math.floor(t/1440),"day"],[Math.floor(t%1440/60),"hour"],[t>=1440?0:t%60,"minute"]].filter(([o])=>o>0);return(s.length?s:[[0,"minute"]]).map(([o,r])=>new Intl.NumberFormat(e.language,{style:"unit",unit:r,unitDisplay:"long"}).format(o)).join(", ")}function St(i,e,{config:t,locale:n}){let s=n.time_zone==="server"?{timeZone:t.time_zone}:{},o={hour:"numeric",minute:"2-digit",..._n(n),...s},a=bt(i,s)===bt(e,s)?{}:i-e<6*Ne&&i>e?{weekday:"short"}:{day:"numeric",month:"short"},c=n.time_format==="system"?void 0:n.language;return new Intl.DateTimeFormat(c,{...a,...o}).format(i)}function _n({time_format:i}){return i==="12"?{hourCycle:"h12"}:i==="24"?{hourCycle:"h23"}:{}}function bt(i,e){return new Intl.DateTimeFormat("en-CA",{dateStyle:"short",...e}).format(i)}var de,He,Ne,gn,xt,Et=m(()=>{"use strict";x();de=6e4,He=60*de,Ne=24*He,gn=1e5,xt={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],none:["en-US"],quote_decimal:["de-CH"],space_comma:["fr","sv","cs"],system:void 0}});var kt,Ct=m(()=>{"use strict";Ce();kt=me`
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

  .spoken {
    clip-path: inset(50%);
    height: 1px;
    overflow: hidden;
    position: absolute;
    white-space: nowrap;
    width: 1px;
  }

  /* Wide: who on the left, its windows on the right */

  @container (min-width: 640px) {
    .account {
      align-items: start;
      column-gap: 24px;
      display: grid;
      grid-template-columns: 200px minmax(0, 1fr);
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
`});function bn({figures:i,windows:e}){let t=i.filter(n=>n.kind==="balance");return t.length||e.length?t:i.slice(0,3)}function Tt(){customElements.get(k)||(customElements.define(k,De),(window.customCards??=[]).push({type:k,name:"AI Quota",preview:!0,get description(){return g(document.documentElement.lang)("description")},getEntitySuggestion:(i,e)=>{let{device_id:t,platform:n}=i.entities[e]??{};return t&&n==="ai_quota"?{config:{type:`custom:${k}`,devices:[t]}}:null}}))}var yn,vn,wn,xn,De,Rt=m(()=>{"use strict";Ce();dt();se();wt();Et();x();le();Ct();yn="/config/integrations/integration/ai_quota",vn="/config/integrations/dashboard/add?domain=ai_quota",wn={unknown:"mdi:gauge-empty",ok:"mdi:gauge-low",warning:"mdi:gauge",critical:"mdi:gauge-full",exhausted:"mdi:timer-sand"},xn={unknown:"",ok:"",warning:"mdi:alert",critical:"mdi:alert-octagon",exhausted:"mdi:alert-octagon"},De=class extends w{constructor(){super();this.connectedWhileHidden=!0;this.accounts=[];new te(this)}static{this.styles=kt}static{this.properties={hass:{attribute:!1},preview:{type:Boolean},config:{state:!0}}}static{this.getConfigForm=vt}static getStubConfig(){return{layout:z.layout,order:z.order}}setConfig(t){this.config={...t,...ie(t,document.documentElement.lang)}}getCardSize(){let t=this.accounts.map(n=>1+n.windows.length*(this.isCompact?.5:1));return Math.ceil(t.reduce((n,s)=>n+s,1))}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get isCompact(){return this.config.layout==="compact"}get text(){return g(this.hass.language)}shouldUpdate(t){if(!this.hass||!this.config)return!1;let n=t.get("hass");return t.size!==1||!n||this.concerns(n)}concerns(t){let n=this.hass;return["entities","devices","locale","language","localize","formatEntityState"].some(o=>t[o]!==n[o])||this.accounts.some(o=>o.entityIds.some(r=>t.states[r]!==n.states[r]))}willUpdate(){let t=B(this.hass,this.config.devices),n=C(this.config),s=Date.now(),o=this.config.order==="attention"?ce(t,n,s):t;this.accounts=this.config.attention_only?o.filter(r=>F(r,n,s)):o,this.setHidden(this.config.attention_only&&!this.accounts.length&&!this.preview)}setHidden(t){this.hidden!==t&&(this.hidden=t,this.dispatch("card-visibility-changed",{value:!t}))}render(){let{title:t}=this.config;return h`<ha-card class=${this.config.layout}>
      ${t?h`<h2 class="title">${t}</h2>`:l}
      ${this.accounts.length?h`<div class="accounts">${this.accounts.map((n,s)=>this.account(n,this.accounts[s-1]))}</div>`:this.empty()}
    </ha-card>`}empty(){let{attention_only:t,devices:n}=this.config;return n.length||t?h`<div class="empty">${this.text(n.length?"gone":"none")}</div>`:h`<div class="empty">
      <ha-icon icon="mdi:gauge-empty"></ha-icon>
      ${this.text("empty")}
      <a class="action" href=${vn}>${this.text("empty_action")}</a>
    </div>`}account(t,n){let s=n?.provider===t.provider,o=this.accounts.some(f=>f!==t&&f.provider===t.provider),r=t.ownName??t.provider,a=[o&&!t.ownName&&t.label,t.plan].filter(Boolean).join(" · "),c=ze(t,C(this.config)),d=this.shownWindows(t),p=this.config.show_balances&&!this.config.attention_only?bn(t):[],u=t.windows.length?wn[c]:"mdi:wallet-outline";return h`<section class="account ${s?"sibling":""}" aria-label=${[r,a].filter(Boolean).join(", ")}>
      <div class="head">
        ${this.isCompact?l:h`<span class="badge ${c}"><ha-icon icon=${u} aria-hidden="true"></ha-icon></span>`}
        <div class="who">
          <h3 class="name" title=${r}>${r}</h3>
          ${a?h`<div class="about" title=${a}>${a}</div>`:l}
        </div>
        ${this.marks(t)}
      </div>
      ${d.length?h`<ul class="windows">${d.map(f=>this.window(f,r))}</ul>`:l}
      ${p.length?h`<ul class="figures">${p.map(f=>this.figure(f))}</ul>`:l}
    </section>`}shownWindows({windows:t}){let n=s=>this.levelText(ae(s.usedShare,C(this.config)));return this.config.attention_only?t.filter(n):t}marks(t){let n=Oe(t,Date.now());return h`<div class="marks">
      ${t.needsSignIn?h`<a class="mark critical" href=${yn}>
            <ha-icon icon="mdi:account-key" aria-hidden="true"></ha-icon><span>${this.text("sign_in")}</span>
          </a>`:l}
      ${t.trouble?this.trouble(t.trouble):l} ${n?this.stale(t):l}
    </div>`}trouble({description:t,entityId:n,level:s}){let o=this.hass.states[n],r={maintenance:"unknown",minor:"warning",major:"critical",critical:"critical"}[s];return h`<button class="mark ${r}" title=${t??l} @click=${()=>this.open(n)}>
      <ha-icon icon=${s==="maintenance"?"mdi:wrench":"mdi:cloud-alert"} aria-hidden="true"></ha-icon><span>${o&&this.hass.formatEntityState(o)}</span>
    </button>`}stale({fetchedAt:t,own:n}){let s=t&&he(Date.now()-t,this.hass.locale,this.text),o=s?this.text("stale",{time:s}):this.text("stale_unknown"),r=n.last_success,a=h`<ha-icon icon="mdi:clock-alert-outline" aria-hidden="true"></ha-icon><span>${o}</span>`;return r?h`<button class="mark unknown" @click=${()=>this.open(r)}>${a}</button>`:h`<span class="mark plain unknown">${a}</span>`}window(t,n){let s=this.config.show_pace?gt(t,Date.now()):void 0,o=ae(t.usedShare,C(this.config)),r=t.usedShare===void 0?"–":V(t.usedShare,this.hass.locale),a=h`<span class="label" title=${t.name}>${t.name}</span>`,c=this.levelText(o),d=h`<span class="share" title=${c??l} aria-hidden="true">
      ${c?h`<ha-icon icon=${xn[o]}></ha-icon>`:l}
      ${c&&!this.isCompact?h`<span class="note">${c}</span>`:l}
      <span>${r}</span>
    </span>`,p=this.bar(t,s,o,n),u=h`<button
      class="open"
      aria-label=${`${this.text("show")}: ${n}, ${t.name}`}
      @click=${()=>this.open(t.entityId)}
    ></button>`;return this.isCompact?h`<li class="window ${o}">
        ${a}${p}${d}<span class="time" aria-hidden="true">${this.timeLeft(t,!0)}</span>${u}
      </li>`:h`<li class="window ${o}">
      <div class="line">${a}${d}</div>
      ${p}
      <div class="notes" aria-hidden="true">
        <span title=${this.when(t)}>${this.until(t)}</span>
        <span>${this.amounts(t)}</span>
        ${s&&!s.lasts&&o!=="exhausted"?h`<span class="ahead"><ha-icon icon="mdi:speedometer"></ha-icon>${this.paceText(s,o)}</span>`:l}
      </div>
      ${u}
    </li>`}bar(t,n,s,o){let r=Math.min(100,Math.max(0,t.usedShare??0)),a=n&&Math.min(100,n.expected);return h`<div
      class="bar"
      role="meter"
      aria-label=${`${o}, ${t.name}`}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(r)}
      aria-valuetext=${this.spoken(t,n,s)}
    >
      ${r?h`<div class="fill" style="width:${r}%"></div>`:l}
      ${a===void 0?l:h`<div
            class="expected"
            title=${this.text("expected",{share:V(a,this.hass.locale)})}
            style="inset-inline-start:${a}%"
          ></div>`}
    </div>`}figure(t){let{entityId:n,name:s}=t,o=K(t.value,t.unit,this.hass.locale,this.text);return h`<li class="figure">
      <span class="label" title=${s}>${s}</span><span class="value">${o}</span>
      <button class="open" aria-label=${`${this.text("show")}: ${s}, ${o}`} @click=${()=>this.open(n)}></button>
    </li>`}spoken(t,n,s){let{locale:o}=this.hass,r=t.resetsAt??t.expiresAt,a=t.resetsAt?"resets_in":"expires_in";return[t.usedShare===void 0?this.text("unknown"):this.text("used",{share:V(t.usedShare,o)}),this.levelText(s),r&&this.text(a,{time:At(r-Date.now(),o)}),n&&this.text("expected",{share:V(n.expected,o)}),this.paceText(n,s)].filter(Boolean).join(", ")}levelText(t){return t==="ok"||t==="unknown"?void 0:this.text(`level_${t}`)}paceText(t,n){if(!t||n==="exhausted")return;if(t.lasts)return this.text("pace_lasts");let s=t.runsOutAt&&t.runsOutAt-Date.now();return s?this.text("pace_exhausts_in",{time:he(s,this.hass.locale,this.text)}):this.text("pace_exhausts")}timeLeft({expiresAt:t,resetsAt:n},s=!1){let o=n??t;return o===void 0?void 0:he(o-Date.now(),this.hass.locale,this.text,s)}until(t){let{expiresAt:n,resetsAt:s}=t,o=this.timeLeft(t);return s&&s<=Date.now()?this.text("resets_now"):o&&this.text(s?"resets_in":n?"expires_in":"unknown",{time:o})}when({expiresAt:t,resetsAt:n}){let s=n??t;return s?St(s,Date.now(),this.hass):l}amounts({limit:t,remaining:n,unit:s,used:o}){let{locale:r}=this.hass;return o!==void 0&&t!==void 0?$t(o,t,s,r,this.text):n===void 0?void 0:this.text("amount_left",{amount:K(n,s,r,this.text)})}open(t){this.dispatch("hass-more-info",{entityId:t})}dispatch(t,n){this.dispatchEvent(new CustomEvent(t,{bubbles:!0,composed:!0,detail:n}))}}});function Ut(i,e){let t=g(e.language),n=[{title:t("overview"),path:"overview",icon:"mdi:gauge",strategy:{...i,view:"overview"}},{title:t("details"),path:"details",icon:"mdi:chart-line",strategy:{...i,view:"details"}}];return{views:B(e,i.devices).length?n:n.slice(0,1)}}function Lt({type:i,view:e,...t},n){let s={...t,type:`custom:${k}`},o=ie(s,n.language),r=B(n,o.devices);return r.length?e==="details"?Sn(r,n):An(ce(r,C(o),Date.now()),s,n):{type:"panel",cards:[s]}}function An(i,e,t){let n=g(t.language)("attention"),s={...e,title:n,layout:"compact",attention_only:!0,order:"attention"},r=[...new Set(i.map(a=>a.provider))].map(a=>({...e,devices:i.filter(c=>c.provider===a).map(c=>c.deviceId)}));return{type:"sections",max_columns:4,dense_section_placement:!0,sections:[s,...r].map(a=>({type:"grid",cards:[a]}))}}function Sn(i,e){return{type:"sections",max_columns:4,sections:i.map(t=>({type:"grid",cards:[En(t),...kn(t),...Cn(t,e)]}))}}function En(i){return{type:"heading",heading:i.ownName??[i.provider,i.label].filter(Boolean).join(" · "),tap_action:{action:"navigate",navigation_path:`/config/devices/device/${i.deviceId}`}}}function kn({windows:i}){let e=i.filter(t=>t.usedShare!==void 0).map(t=>({entity:t.entityId,name:t.name}));return e.length?[{type:"statistics-graph",entities:e,...$n}]:[]}function Cn({figures:i,own:e},t){let n=["service_status","last_success","refresh"].flatMap(o=>e[o]??[]),s=[...i.map(o=>o.entityId),...n].map(o=>({entity:o,name:t.entities[o]?.name}));return s.length?[{type:"entities",entities:s}]:[]}var $n,zt=m(()=>{"use strict";se();x();le();$n={chart_type:"line",days_to_show:7,min_y_axis:0,period:"hour",stat_types:["max"]}});function Ot(){customElements.get("ll-strategy-dashboard-ai-quota")||(customElements.define("ll-strategy-dashboard-ai-quota",Ie),customElements.define("ll-strategy-view-ai-quota",je),(window.customStrategies??=[]).push({type:"ai-quota",strategyType:"dashboard",name:"AI Quota",get description(){return g(document.documentElement.lang)("dashboard_description")}}))}var Ie,je,Pt=m(()=>{"use strict";zt();x();Ie=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return Ut(e,t)}},je=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return Lt(e,t)}}});var Tn={};var Mt=m(()=>{"use strict";Rt();Pt();Tt();Ot()});await customElements.whenDefined("home-assistant");await Promise.resolve().then(()=>(Mt(),Tn));
