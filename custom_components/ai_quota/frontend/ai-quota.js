/*! AI Quota, MIT. Contains Lit, BSD-3-Clause: see LICENSE-lit.txt. */
var m=(i,e,t)=>()=>{if(t)throw t[0];try{return i&&(e=i(i=0)),e}catch(n){throw t=[n],n}};var Y,J,pe,Fe,M,qe,me,Be,fe,ge=m(()=>{Y=globalThis,J=Y.ShadowRoot&&(Y.ShadyCSS===void 0||Y.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,pe=Symbol(),Fe=new WeakMap,M=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==pe)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(J&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=Fe.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&Fe.set(t,e))}return e}toString(){return this.cssText}},qe=i=>new M(typeof i=="string"?i:i+"",void 0,pe),me=(i,...e)=>{let t=i.length===1?i[0]:e.reduce((n,s,o)=>n+(r=>{if(r._$cssResult$===!0)return r.cssText;if(typeof r=="number")return r;throw Error("Value passed to 'css' function must be a 'css' function result: "+r+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+i[o+1],i[0]);return new M(t,i,pe)},Be=(i,e)=>{if(J)i.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let n=document.createElement("style"),s=Y.litNonce;s!==void 0&&n.setAttribute("nonce",s),n.textContent=t.cssText,i.appendChild(n)}},fe=J?i=>i:i=>i instanceof CSSStyleSheet?(e=>{let t="";for(let n of e.cssRules)t+=n.cssText;return qe(t)})(i):i});var jt,Wt,Ft,qt,Bt,Kt,Q,Ke,Vt,Gt,P,_e,Ge,Ve,_,X=m(()=>{ge();ge();({is:jt,defineProperty:Wt,getOwnPropertyDescriptor:Ft,getOwnPropertyNames:qt,getOwnPropertySymbols:Bt,getPrototypeOf:Kt}=Object),Q=globalThis,Ke=Q.trustedTypes,Vt=Ke?Ke.emptyScript:"",Gt=Q.reactiveElementPolyfillSupport,P=(i,e)=>i,_e={toAttribute(i,e){switch(e){case Boolean:i=i?Vt:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,e){let t=i;switch(e){case Boolean:t=i!==null;break;case Number:t=i===null?null:Number(i);break;case Object:case Array:try{t=JSON.parse(i)}catch{t=null}}return t}},Ge=(i,e)=>!jt(i,e),Ve={attribute:!0,type:String,converter:_e,reflect:!1,useDefault:!1,hasChanged:Ge};Symbol.metadata??=Symbol("metadata"),Q.litPropertyMetadata??=new WeakMap;_=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=Ve){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),s=this.getPropertyDescriptor(e,n,t);s!==void 0&&Wt(this.prototype,e,s)}}static getPropertyDescriptor(e,t,n){let{get:s,set:o}=Ft(this.prototype,e)??{get(){return this[t]},set(r){this[t]=r}};return{get:s,set(r){let a=s?.call(this);o?.call(this,r),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??Ve}static _$Ei(){if(this.hasOwnProperty(P("elementProperties")))return;let e=Kt(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(P("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(P("properties"))){let t=this.properties,n=[...qt(t),...Bt(t)];for(let s of n)this.createProperty(s,t[s])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[n,s]of t)this.elementProperties.set(n,s)}this._$Eh=new Map;for(let[t,n]of this.elementProperties){let s=this._$Eu(t,n);s!==void 0&&this._$Eh.set(s,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let s of n)t.unshift(fe(s))}else e!==void 0&&t.push(fe(e));return t}static _$Eu(e,t){let n=t.attribute;return n===!1?void 0:typeof n=="string"?n:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return Be(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),s=this.constructor._$Eu(e,n);if(s!==void 0&&n.reflect===!0){let o=(n.converter?.toAttribute!==void 0?n.converter:_e).toAttribute(t,n.type);this._$Em=e,o==null?this.removeAttribute(s):this.setAttribute(s,o),this._$Em=null}}_$AK(e,t){let n=this.constructor,s=n._$Eh.get(e);if(s!==void 0&&this._$Em!==s){let o=n.getPropertyOptions(s),r=typeof o.converter=="function"?{fromAttribute:o.converter}:o.converter?.fromAttribute!==void 0?o.converter:_e;this._$Em=s;let a=r.fromAttribute(t,o.type);this[s]=a??this._$Ej?.get(s)??a,this._$Em=null}}requestUpdate(e,t,n,s=!1,o){if(e!==void 0){let r=this.constructor;if(s===!1&&(o=this[e]),n??=r.getPropertyOptions(e),!((n.hasChanged??Ge)(o,t)||n.useDefault&&n.reflect&&o===this._$Ej?.get(e)&&!this.hasAttribute(r._$Eu(e,n))))return;this.C(e,t,n)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:s,wrapped:o},r){n&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,r??t??this[e]),o!==!0||r!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),s===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,o]of this._$Ep)this[s]=o;this._$Ep=void 0}let n=this.constructor.elementProperties;if(n.size>0)for(let[s,o]of n){let{wrapped:r}=o,a=this[s];r!==!0||this._$AL.has(s)||a===void 0||this.C(s,void 0,o,a)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(n=>n.hostUpdate?.()),this.update(t)):this._$EM()}catch(n){throw e=!1,this._$EM(),n}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};_.elementStyles=[],_.shadowRootOptions={mode:"open"},_[P("elementProperties")]=new Map,_[P("finalized")]=new Map,Gt?.({ReactiveElement:_}),(Q.reactiveElementVersions??=[]).push("2.1.2")});function ot(i,e){if(!Se(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return Ye!==void 0?Ye.createHTML(e):e}function T(i,e,t=i,n){if(e===E)return e;let s=n!==void 0?t._$Co?.[n]:t._$Cl,o=D(e)?void 0:e._$litDirective$;return s?.constructor!==o&&(s?._$AO?.(!1),o===void 0?s=void 0:(s=new o(i),s._$AT(i,t,n)),n!==void 0?(t._$Co??=[])[n]=s:t._$Cl=s),s!==void 0&&(e=T(i,s._$AS(i,e.values),s,n)),e}var Ae,Ze,ee,Ye,nt,v,it,Zt,S,N,D,Se,Yt,ye,H,Je,Qe,$,Xe,et,st,Ee,h,Dn,In,E,d,tt,A,Jt,I,ve,j,R,we,xe,be,$e,Qt,rt,te=m(()=>{Ae=globalThis,Ze=i=>i,ee=Ae.trustedTypes,Ye=ee?ee.createPolicy("lit-html",{createHTML:i=>i}):void 0,nt="$lit$",v=`lit$${Math.random().toFixed(9).slice(2)}$`,it="?"+v,Zt=`<${it}>`,S=document,N=()=>S.createComment(""),D=i=>i===null||typeof i!="object"&&typeof i!="function",Se=Array.isArray,Yt=i=>Se(i)||typeof i?.[Symbol.iterator]=="function",ye=`[ 	
\f\r]`,H=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Je=/-->/g,Qe=/>/g,$=RegExp(`>|${ye}(?:([^\\s"'>=/]+)(${ye}*=${ye}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),Xe=/'/g,et=/"/g,st=/^(?:script|style|textarea|title)$/i,Ee=i=>(e,...t)=>({_$litType$:i,strings:e,values:t}),h=Ee(1),Dn=Ee(2),In=Ee(3),E=Symbol.for("lit-noChange"),d=Symbol.for("lit-nothing"),tt=new WeakMap,A=S.createTreeWalker(S,129);Jt=(i,e)=>{let t=i.length-1,n=[],s,o=e===2?"<svg>":e===3?"<math>":"",r=H;for(let a=0;a<t;a++){let c=i[a],l,p,u=-1,f=0;for(;f<c.length&&(r.lastIndex=f,p=r.exec(c),p!==null);)f=r.lastIndex,r===H?p[1]==="!--"?r=Je:p[1]!==void 0?r=Qe:p[2]!==void 0?(st.test(p[2])&&(s=RegExp("</"+p[2],"g")),r=$):p[3]!==void 0&&(r=$):r===$?p[0]===">"?(r=s??H,u=-1):p[1]===void 0?u=-2:(u=r.lastIndex-p[2].length,l=p[1],r=p[3]===void 0?$:p[3]==='"'?et:Xe):r===et||r===Xe?r=$:r===Je||r===Qe?r=H:(r=$,s=void 0);let y=r===$&&i[a+1].startsWith("/>")?" ":"";o+=r===H?c+Zt:u>=0?(n.push(l),c.slice(0,u)+nt+c.slice(u)+v+y):c+v+(u===-2?a:y)}return[ot(i,o+(i[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),n]},I=class i{constructor({strings:e,_$litType$:t},n){let s;this.parts=[];let o=0,r=0,a=e.length-1,c=this.parts,[l,p]=Jt(e,t);if(this.el=i.createElement(l,n),A.currentNode=this.el.content,t===2||t===3){let u=this.el.content.firstChild;u.replaceWith(...u.childNodes)}for(;(s=A.nextNode())!==null&&c.length<a;){if(s.nodeType===1){if(s.hasAttributes())for(let u of s.getAttributeNames())if(u.endsWith(nt)){let f=p[r++],y=s.getAttribute(u).split(v),Z=/([.?@])?(.*)/.exec(f);c.push({type:1,index:o,name:Z[2],strings:y,ctor:Z[1]==="."?we:Z[1]==="?"?xe:Z[1]==="@"?be:R}),s.removeAttribute(u)}else u.startsWith(v)&&(c.push({type:6,index:o}),s.removeAttribute(u));if(st.test(s.tagName)){let u=s.textContent.split(v),f=u.length-1;if(f>0){s.textContent=ee?ee.emptyScript:"";for(let y=0;y<f;y++)s.append(u[y],N()),A.nextNode(),c.push({type:2,index:++o});s.append(u[f],N())}}}else if(s.nodeType===8)if(s.data===it)c.push({type:2,index:o});else{let u=-1;for(;(u=s.data.indexOf(v,u+1))!==-1;)c.push({type:7,index:o}),u+=v.length-1}o++}}static createElement(e,t){let n=S.createElement("template");return n.innerHTML=e,n}};ve=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,s=(e?.creationScope??S).importNode(t,!0);A.currentNode=s;let o=A.nextNode(),r=0,a=0,c=n[0];for(;c!==void 0;){if(r===c.index){let l;c.type===2?l=new j(o,o.nextSibling,this,e):c.type===1?l=new c.ctor(o,c.name,c.strings,this,e):c.type===6&&(l=new $e(o,this,e)),this._$AV.push(l),c=n[++a]}r!==c?.index&&(o=A.nextNode(),r++)}return A.currentNode=S,s}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings!==void 0?(n._$AI(e,n,t),t+=n.strings.length-2):n._$AI(e[t])),t++}},j=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,s){this.type=2,this._$AH=d,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=T(this,e,t),D(e)?e===d||e==null||e===""?(this._$AH!==d&&this._$AR(),this._$AH=d):e!==this._$AH&&e!==E&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):Yt(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==d&&D(this._$AH)?this._$AA.nextSibling.data=e:this.T(S.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,s=typeof n=="number"?this._$AC(e):(n.el===void 0&&(n.el=I.createElement(ot(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===s)this._$AH.p(t);else{let o=new ve(s,this),r=o.u(this.options);o.p(t),this.T(r),this._$AH=o}}_$AC(e){let t=tt.get(e.strings);return t===void 0&&tt.set(e.strings,t=new I(e)),t}k(e){Se(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,n,s=0;for(let o of e)s===t.length?t.push(n=new i(this.O(N()),this.O(N()),this,this.options)):n=t[s],n._$AI(o),s++;s<t.length&&(this._$AR(n&&n._$AB.nextSibling,s),t.length=s)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let n=Ze(e).nextSibling;Ze(e).remove(),e=n}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},R=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,s,o){this.type=1,this._$AH=d,this._$AN=void 0,this.element=e,this.name=t,this._$AM=s,this.options=o,n.length>2||n[0]!==""||n[1]!==""?(this._$AH=Array(n.length-1).fill(new String),this.strings=n):this._$AH=d}_$AI(e,t=this,n,s){let o=this.strings,r=!1;if(o===void 0)e=T(this,e,t,0),r=!D(e)||e!==this._$AH&&e!==E,r&&(this._$AH=e);else{let a=e,c,l;for(e=o[0],c=0;c<o.length-1;c++)l=T(this,a[n+c],t,c),l===E&&(l=this._$AH[c]),r||=!D(l)||l!==this._$AH[c],l===d?e=d:e!==d&&(e+=(l??"")+o[c+1]),this._$AH[c]=l}r&&!s&&this.j(e)}j(e){e===d?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},we=class extends R{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===d?void 0:e}},xe=class extends R{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==d)}},be=class extends R{constructor(e,t,n,s,o){super(e,t,n,s,o),this.type=5}_$AI(e,t=this){if((e=T(this,e,t,0)??d)===E)return;let n=this._$AH,s=e===d&&n!==d||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,o=e!==d&&(n===d||s);s&&this.element.removeEventListener(this.name,this,n),o&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},$e=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){T(this,e)}},Qt=Ae.litHtmlPolyfillSupport;Qt?.(I,j),(Ae.litHtmlVersions??=[]).push("3.3.3");rt=(i,e,t)=>{let n=t?.renderBefore??e,s=n._$litPart$;if(s===void 0){let o=t?.renderBefore??null;n._$litPart$=s=new j(e.insertBefore(N(),o),o,void 0,t??{})}return s._$AI(i),s}});var ke,w,Xt,at=m(()=>{X();X();te();te();ke=globalThis,w=class extends _{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=rt(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return E}};w._$litElement$=!0,w.finalized=!0,ke.litElementHydrateSupport?.({LitElement:w});Xt=ke.litElementPolyfillSupport;Xt?.({LitElement:w});(ke.litElementVersions??=[]).push("4.2.2")});var ct=m(()=>{});var Ce=m(()=>{X();te();at();ct()});function dt(){for(let i of O)i()}function Re(){clearInterval(Te),Te=void 0,O.size&&!document.hidden&&(Te=setInterval(dt,15e3))}function lt(){Re(),document.hidden||dt()}var O,Te,ne,ut=m(()=>{"use strict";O=new Set;ne=class{constructor(e){this.host=e;this.listen=()=>this.host.requestUpdate();e.addController(this)}hostConnected(){O.size||document.addEventListener("visibilitychange",lt),O.add(this.listen),Re()}hostDisconnected(){O.delete(this.listen),O.size||document.removeEventListener("visibilitychange",lt),Re()}}});var pt,ht=m(()=>{pt={amount_left:"{amount} übrig",amount_of:"{used} von {limit}",attention:"Braucht Aufmerksamkeit",dashboard_description:"Alle KI-Tarife: was Aufmerksamkeit braucht, jedes Kontingent, der Verlauf einer Woche",description:"Wie viel deiner KI-Tarife verbraucht ist, wann die Kontingente zurückgesetzt werden und ob du zu schnell bist",details:"Einzelheiten",editor_attention_only:"Nur was Aufmerksamkeit braucht",editor_attention_only_help:"Solange alles in Ordnung ist, wird die Karte nicht angezeigt.",editor_critical:"Fast verbraucht ab",editor_devices:"Konten",editor_devices_help:"Ohne Auswahl werden alle Konten gezeigt.",editor_layout:"Darstellung",editor_layout_compact:"Kompakt",editor_layout_detailed:"Ausführlich",editor_order:"Reihenfolge",editor_order_attention:"Was Aufmerksamkeit braucht, zuerst",editor_order_provider:"Nach Anbieter",editor_show_balances:"Guthaben zeigen",editor_show_pace:"Tempo zeigen",editor_show_pace_help:"Eine Marke auf jedem Balken zeigt, wo der Verbrauch jetzt liegen dürfte.",editor_title:"Titel",editor_warning:"Wird knapp ab",empty:"Es ist noch kein KI-Tarif eingerichtet.",empty_action:"Konto hinzufügen",expected:"{share} bis jetzt zu erwarten",expires_in:"Verfällt in {time}",gone:"Die Konten dieser Karte gibt es nicht mehr.",invalid_choice:"„{key}“ muss eines davon sein: {choices}.",invalid_devices:"„devices“ muss eine Liste von Geräten sein.",invalid_thresholds:"„warning“ und „critical“ müssen Prozentwerte sein, der erste nicht über dem zweiten.",less_than_a_minute:"< 1 min",level_critical:"Fast verbraucht",level_exhausted:"Verbraucht",level_warning:"Wird knapp",none:"Nichts braucht Aufmerksamkeit.",overview:"Übersicht",pace_exhausts:"Reicht nicht bis zum Zurücksetzen",pace_exhausts_in:"Bei diesem Tempo leer in {time}",pace_lasts:"Reicht bis zum Zurücksetzen",resets_in:"Reset in {time}",resets_now:"Reset steht an",show:"Einzelheiten zeigen",sign_in:"Neu anmelden",stale:"{time} alt",stale_unknown:"Keine aktuellen Angaben",unit_characters:"Zeichen",unit_credits:"Credits",unit_hours:"Stunden",unit_messages:"Nachrichten",unit_points:"Punkte",unit_requests:"Anfragen",unit_tokens:"Tokens",unknown:"Unbekannt",used:"{share} verbraucht",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Tag",window_extra_usage:"Zusatznutzung",window_key:"API-Schlüssel",window_monthly:"Monat",window_quota:"Kontingent",window_renewal:"Bis zur Verlängerung",window_session:"Sitzung",window_weekly:"Woche"}});var ie,mt=m(()=>{ie={amount_left:"{amount} left",amount_of:"{used} of {limit}",attention:"Needs attention",dashboard_description:"All AI plans: what needs attention, every limit, a week of history",description:"How much of your AI plans is used, when the limits reset, and whether you go too fast",details:"Details",editor_attention_only:"Only what needs attention",editor_attention_only_help:"The card is hidden while everything is fine.",editor_critical:"Almost used up from",editor_devices:"Accounts",editor_devices_help:"Without a choice all accounts are shown.",editor_layout:"Layout",editor_layout_compact:"Compact",editor_layout_detailed:"Detailed",editor_order:"Order",editor_order_attention:"What needs attention first",editor_order_provider:"By provider",editor_show_balances:"Show balances",editor_show_pace:"Show pace",editor_show_pace_help:"A mark on each bar shows where the use should be by now.",editor_title:"Title",editor_warning:"Running low from",empty:"No AI plan has been set up yet.",empty_action:"Add an account",expected:"{share} expected by now",expires_in:"Expires in {time}",gone:"The accounts of this card no longer exist.",invalid_choice:'"{key}" has to be one of: {choices}.',invalid_devices:'"devices" has to be a list of devices.',invalid_thresholds:'"warning" and "critical" have to be percentages, the first one not above the second.',less_than_a_minute:"< 1 min",level_critical:"Almost used up",level_exhausted:"Used up",level_warning:"Running low",none:"Nothing needs attention.",overview:"Overview",pace_exhausts:"Will run out early",pace_exhausts_in:"At this pace empty in {time}",pace_lasts:"Lasts until the reset",resets_in:"Resets in {time}",resets_now:"About to reset",show:"Show details",sign_in:"Sign in again",stale:"{time} old",stale_unknown:"No current figures",unit_characters:"characters",unit_credits:"credits",unit_hours:"hours",unit_messages:"messages",unit_points:"points",unit_requests:"requests",unit_tokens:"tokens",unknown:"Unknown",used:"{share} used",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Daily",window_extra_usage:"Extra usage",window_key:"API key",window_monthly:"Monthly",window_quota:"Quota",window_renewal:"Until renewal",window_session:"Session",window_weekly:"Weekly"}});function g(i){let e=nn[i.split("-")[0]??""]??ie;return(t,n={})=>e[t].replace(/{(\w+)}/g,(s,o)=>n[o]??"")}function U(i){return i in ie}var nn,x=m(()=>{"use strict";ht();mt();nn={de:pt,en:ie}});function se(i,e){let t={...L,...i},n=g(e),s=(o,r)=>{if(!r.includes(t[o]))throw new Error(n("invalid_choice",{key:o,choices:r.join(", ")}))};if(s("layout",Oe),s("order",Ue),!Array.isArray(t.devices))throw new Error(n("invalid_devices"));if(!(0<t.warning&&t.warning<=t.critical&&t.critical<=100))throw new Error(n("invalid_thresholds"));return t}function C({warning:i,critical:e}){return{warning:i,critical:e}}var k,Oe,Ue,L,oe=m(()=>{"use strict";x();k="ai-quota-card",Oe=["detailed","compact"],Ue=["provider","attention"],L={layout:"detailed",devices:[],order:"provider",attention_only:!1,warning:80,critical:95,show_pace:!0,show_balances:!0}});function B(i,e=[]){let t=[...ln(i)].flatMap(([o,r])=>{let a=i.devices[o];return a&&(!e.length||e.includes(o))?[dn(i,a,r)]:[]}),n=o=>`${o.provider} ${o.ownName??o.label}`,{compare:s}=new Intl.Collator(i.language);return t.sort((o,r)=>e.length?e.indexOf(o.deviceId)-e.indexOf(r.deviceId):s(n(o),n(r)))}function ln(i){let e=new Map;for(let t of Object.values(i.entities))t.platform===re&&t.device_id&&e.set(t.device_id,[...e.get(t.device_id)??[],t]);return e}function dn(i,e,t){let n=Object.fromEntries(t.map(r=>[r.translation_key??"",r.entity_id])),s=r=>ae(i.states[n[r]??""]),o=e.manufacturer??e.name??"";return{deviceId:e.id,provider:o,label:un(e.name??"",o),ownName:e.name_by_user??void 0,plan:e.model??void 0,windows:hn(i,t),figures:_n(i,t),fetchedAt:W(s("last_success")?.state),needsSignIn:s("sign_in_needed")?.state==="on",trouble:yn(s("service_status")),own:n,entityIds:t.map(r=>r.entity_id)}}function un(i,e){return(i.startsWith(e)?i.slice(e.length).trim():i).replace(/^\((.*)\)( \d+)?$/,"$1$2")}function hn(i,e){let t=new Map;for(let n of e){let s=i.states[n.entity_id]?.attributes.window_id,o=gt.exec(n.translation_key??"")?.[2];typeof s=="string"&&o&&t.set(s,(t.get(s)??new Map).set(o,n))}return[...t].flatMap(([n,s])=>pn(i,n,s)??[])}function pn(i,e,t){let n=t.get("used")??t.get("resets_at")??t.get("expires_at");if(!n||n.hidden)return;let s=c=>ae(i.states[t.get(c)?.entity_id??""]),o=s("used"),r=o?.attributes??{},a=b(r.duration_minutes);return{id:e,name:fn(i,n),entityId:n.entity_id,usedShare:b(o?.state),used:b(r.used),limit:b(r.limit),remaining:b(r.remaining),unit:q(r.unit),resetsAt:W(r.resets_at)??W(s("resets_at")?.state),expiresAt:W(s("expires_at")?.state),duration:a&&a*6e4,toldPace:mn(i,t)}}function mn(i,e){let t=e.get("pace");if(!t)return;let n=ae(i.states[t.entity_id])?.attributes??{},s=b(n.expected);return s===void 0?null:{expected:s,lasts:n.lasts===!0,runsOutAt:W(n.runs_out_at)}}function fn(i,e){let t=e.translation_key??"",n=q(i.states[e.entity_id]?.attributes.window_name)??e.name??"",s=/\(([^()]+)\)$/.exec(n)?.[1],o=i.localize(`component.${re}.entity.sensor.${t}.name`,{scope:s,window:n});if(e.name&&o&&gn(i.language,i.config.language)&&e.name!==o)return e.name;let r=(gt.exec(t)?.[1]??"").replace(/_scoped$/,"");if(!U(r))return n;let a=g(i.language)(r);return t.includes("_scoped_")?`${a} (${s})`:a}function gn(i,e){return i.split("-")[0]===e.split("-")[0]}function _n(i,e){return e.flatMap(t=>{let n=ae(i.states[t.entity_id]),s=q(n?.attributes.metric_kind),o=b(n?.state),r=q(n?.attributes.unit_of_measurement);return s&&o!==void 0&&!t.hidden?[{entityId:t.entity_id,kind:s,name:t.name??"",value:o,unit:r}]:[]})}function yn(i){let e=cn.find(t=>t===i?.state);return i&&e?{entityId:i.entity_id,level:e,description:q(i.attributes.description)}:void 0}function ae(i){return i&&i.state!=="unavailable"&&i.state!=="unknown"?i:void 0}function b(i){let e=typeof i=="string"&&i.trim()?Number(i):i;return typeof e=="number"&&Number.isFinite(e)?e:void 0}function q(i){return typeof i=="string"&&i?i:void 0}function W(i){return typeof i=="string"?b(Date.parse(i)):void 0}function ce(i,{warning:e,critical:t}){return i===void 0?"unknown":i>=100?"exhausted":i>=t?"critical":i>=e?"warning":"ok"}function Le(i,e){let t=i.windows.map(n=>ft.indexOf(ce(n.usedShare,e)));return ft[Math.max(0,...t)]??"unknown"}function ze(i,e){return i.windows.length>0&&i.windows.every(n=>vn(n))||i.fetchedAt!==void 0&&e-i.fetchedAt>on}function vn(i){return i.usedShare===void 0&&i.resetsAt===void 0&&i.expiresAt===void 0}function F(i,e,t){let n=Le(i,e);return i.needsSignIn?6:n==="exhausted"||n==="critical"?n==="exhausted"?5:4:i.trouble&&i.trouble.level!=="maintenance"?3:n==="warning"?2:ze(i,t)?1:0}function le(i,e,t){let n=new Map;for(let o of i)n.set(o.provider,Math.max(n.get(o.provider)??0,F(o,e,t)));let s=[...new Set(i.map(o=>o.provider))];return[...i].sort((o,r)=>(n.get(r.provider)??0)-(n.get(o.provider)??0)||s.indexOf(o.provider)-s.indexOf(r.provider)||F(r,e,t)-F(o,e,t))}function _t(i,e){let{duration:t,resetsAt:n,toldPace:s,usedShare:o}=i;if(n!==void 0&&n<=e)return;if(s!==void 0)return s??void 0;if(!t||n===void 0||o===void 0||n-e>an*t)return;let r=Math.max(0,t-(n-e)),a=100*r/t;if(a<rn)return;let c=e+r*(100-o)/o,l=o<=0||c>=n;return{expected:a,lasts:l,runsOutAt:l||o>=100?void 0:c}}var re,sn,on,rn,an,ft,cn,gt,de=m(()=>{"use strict";x();re="ai_quota",sn=36e5,on=sn,rn=3,an=1.02,ft=["unknown","ok","warning","critical","exhausted"],cn=["maintenance","minor","major","critical"];gt=/^(window(?:_.+?)?)_(used|resets_at|expires_at|remaining|limit|pace|projected|runs_out_at|runs_out|burn_rate|low|exhausted)$/});function wt(){let i=g(document.documentElement.lang);return{schema:[{name:"title",selector:{text:{}}},{name:"devices",selector:{device:{multiple:!0,filter:{integration:re}}}},Me(vt("layout",Oe,i),vt("order",Ue,i)),Me(z("warning",yt),z("critical",yt)),Me(z("show_pace",{boolean:{}}),z("show_balances",{boolean:{}})),z("attention_only",{boolean:{}})],computeLabel:({name:e})=>Pe(`editor_${e}`,i),computeHelper:({name:e})=>Pe(`editor_${e}_help`,i)}}function z(i,e){return{name:i,selector:e,default:L[i]}}function vt(i,e,t){let n=e.map(s=>({value:s,label:Pe(`editor_${i}_${s}`,t)}));return z(i,{select:{mode:"dropdown",options:n}})}function Me(...i){return{name:"",type:"grid",schema:i}}function Pe(i,e){return U(i)?e(i):void 0}var yt,xt=m(()=>{"use strict";oe();x();de();yt={number:{min:1,max:100,unit_of_measurement:"%",mode:"box"}}});function St(i,e){let t=JSON.stringify(i),n=$t.get(t)??e();return $t.set(t,n),n}function K({language:i,number_format:e},t){let n=e in bt?bt[e]:i,s=e==="none"?{...t,useGrouping:!1}:t;return St(["number",n,s],()=>new Intl.NumberFormat(n,s))}function Et(i,e){return St(["date",i,e],()=>new Intl.DateTimeFormat(i,e))}function G(i,e){let t=i>99&&i<100?99:Math.round(i);return K(e,{style:"percent",maximumFractionDigits:0}).format(t/100)}function V(i,e,t,n){if(e&&/^[A-Z]{3}$/.test(e))return K(t,{style:"currency",currency:e}).format(i);let s=Math.abs(i)>=wn?{notation:"compact"}:{},o=K(t,{maximumFractionDigits:1,...s}).format(i),r=`unit_${e}`;return e?`${o} ${U(r)?n(r):e}`:o}function kt(i,e,t,n,s){let o=t!==void 0&&/^[A-Z]{3}$/.test(t);return s("amount_of",{used:V(i,o?t:void 0,n,s),limit:V(e,t,n,s)})}function he(i,e,t,n=!1){if(i<ue)return t("less_than_a_minute");let s=Math.floor(i/Ne),o=Math.floor(i%Ne/He),r=Math.floor(i%He/ue),a=[[s,"d"],[n&&s>=10?0:o,"h"],[s||n&&o>=10?0:r,"min"]],c=K(e,{});return a.flatMap(([l,p])=>l?[`${c.format(l)} ${p}`]:[]).join(" ")}function Ct(i,e){let t=Math.max(0,Math.floor(i/ue)),s=[[Math.floor(t/1440),"day"],[Math.floor(t%1440/60),"hour"],[t>=1440?0:t%60,"minute"]].filter(([o])=>o>0);return(s.length?s:[[0,"minute"]]).map(([o,r])=>K(e,{style:"unit",unit:r,unitDisplay:"long"}).format(o)).join(", ")}function Tt(i,e,{config:t,locale:n}){let s=n.time_zone==="server"?{timeZone:t.time_zone}:{},o={hour:"numeric",minute:"2-digit",...xn(n),...s},a=At(i,s)===At(e,s)?{}:i-e<6*Ne&&i>e?{weekday:"short"}:{day:"numeric",month:"short"},c=n.time_format==="system"?void 0:n.language;return Et(c,{...a,...o}).format(i)}function xn({time_format:i}){return i==="12"?{hourCycle:"h12"}:i==="24"?{hourCycle:"h23"}:{}}function At(i,e){return Et("en-CA",{dateStyle:"short",...e}).format(i)}var ue,He,Ne,wn,bt,$t,Rt=m(()=>{"use strict";x();ue=6e4,He=60*ue,Ne=24*He,wn=1e5,bt={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],none:["en-US"],quote_decimal:["de-CH"],space_comma:["fr","sv","cs"],system:void 0},$t=new Map});var Ot,Ut=m(()=>{"use strict";Ce();Ot=me`
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
`});function En({figures:i,windows:e}){let t=i.filter(n=>n.kind==="balance");return t.length||e.length?t:i.slice(0,3)}function Lt(){customElements.get(k)||(customElements.define(k,De),(window.customCards??=[]).push({type:k,name:"AI Quota",preview:!0,get description(){return g(document.documentElement.lang)("description")},getEntitySuggestion:(i,e)=>{let{device_id:t,platform:n}=i.entities[e]??{};return t&&n==="ai_quota"?{config:{type:`custom:${k}`,devices:[t]}}:null}}))}var bn,$n,An,Sn,De,zt=m(()=>{"use strict";Ce();ut();oe();xt();Rt();x();de();Ut();bn="/config/integrations/integration/ai_quota",$n="/config/integrations/dashboard/add?domain=ai_quota",An={unknown:"mdi:gauge-empty",ok:"mdi:gauge-low",warning:"mdi:gauge",critical:"mdi:gauge-full",exhausted:"mdi:timer-sand"},Sn={unknown:"",ok:"",warning:"mdi:alert",critical:"mdi:alert-octagon",exhausted:"mdi:alert-octagon"},De=class extends w{constructor(){super();this.connectedWhileHidden=!0;this.accounts=[];this.watched=[];new ne(this)}static{this.styles=Ot}static{this.properties={hass:{attribute:!1},preview:{type:Boolean},config:{state:!0}}}static{this.getConfigForm=wt}static getStubConfig(){return{layout:L.layout,order:L.order}}setConfig(t){this.config={...t,...se(t,document.documentElement.lang)}}getCardSize(){let t=this.accounts.map(n=>1+n.windows.length*(this.isCompact?.5:1));return Math.ceil(t.reduce((n,s)=>n+s,1))}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get isCompact(){return this.config.layout==="compact"}get text(){return g(this.hass.language)}shouldUpdate(t){if(!this.hass||!this.config)return!1;let n=t.get("hass");return t.size!==1||!n||this.concerns(n)}concerns(t){let n=this.hass;return["entities","devices","locale","language","localize","formatEntityState"].some(o=>t[o]!==n[o])||this.watched.some(o=>t.states[o]!==n.states[o])}willUpdate(){let t=B(this.hass,this.config.devices);this.watched=t.flatMap(r=>r.entityIds);let n=C(this.config),s=Date.now(),o=this.config.order==="attention"?le(t,n,s):t;this.accounts=this.config.attention_only?o.filter(r=>F(r,n,s)):o,this.setHidden(this.config.attention_only&&!this.accounts.length&&!this.preview)}setHidden(t){this.hidden!==t&&(this.hidden=t,this.dispatch("card-visibility-changed",{value:!t}))}render(){let{title:t}=this.config;return h`<ha-card class=${this.config.layout}>
      ${t?h`<h2 class="title">${t}</h2>`:d}
      ${this.accounts.length?h`<div class="accounts">${this.accounts.map((n,s)=>this.account(n,this.accounts[s-1]))}</div>`:this.empty()}
    </ha-card>`}empty(){let{attention_only:t,devices:n}=this.config;return n.length||t?h`<div class="empty">${this.text(n.length?"gone":"none")}</div>`:h`<div class="empty">
      <ha-icon icon="mdi:gauge-empty"></ha-icon>
      ${this.text("empty")}
      <a class="action" href=${$n}>${this.text("empty_action")}</a>
    </div>`}account(t,n){let s=n?.provider===t.provider,o=this.accounts.some(f=>f!==t&&f.provider===t.provider),r=t.ownName??t.provider,a=[o&&!t.ownName&&t.label,t.plan].filter(Boolean).join(" · "),c=Le(t,C(this.config)),l=this.shownWindows(t),p=this.config.show_balances&&!this.config.attention_only?En(t):[],u=t.windows.length?An[c]:"mdi:wallet-outline";return h`<section class="account ${s?"sibling":""}" aria-label=${[r,a].filter(Boolean).join(", ")}>
      <div class="head">
        ${this.isCompact?d:h`<span class="badge ${c}"><ha-icon icon=${u} aria-hidden="true"></ha-icon></span>`}
        <div class="who">
          <h3 class="name" title=${r}>${r}</h3>
          ${a?h`<div class="about" title=${a}>${a}</div>`:d}
        </div>
        ${this.marks(t)}
      </div>
      ${l.length?h`<ul class="windows">${l.map(f=>this.window(f,r))}</ul>`:d}
      ${p.length?h`<ul class="figures">${p.map(f=>this.figure(f))}</ul>`:d}
    </section>`}shownWindows({windows:t}){let n=s=>this.levelText(ce(s.usedShare,C(this.config)));return this.config.attention_only?t.filter(n):t}marks(t){let n=ze(t,Date.now());return h`<div class="marks">
      ${t.needsSignIn?h`<a class="mark critical" href=${bn}>
            <ha-icon icon="mdi:account-key" aria-hidden="true"></ha-icon><span>${this.text("sign_in")}</span>
          </a>`:d}
      ${t.trouble?this.trouble(t.trouble):d} ${n?this.stale(t):d}
    </div>`}trouble({description:t,entityId:n,level:s}){let o=this.hass.states[n],r={maintenance:"unknown",minor:"warning",major:"critical",critical:"critical"}[s];return h`<button class="mark ${r}" title=${t??d} @click=${()=>this.open(n)}>
      <ha-icon icon=${s==="maintenance"?"mdi:wrench":"mdi:cloud-alert"} aria-hidden="true"></ha-icon><span>${o&&this.hass.formatEntityState(o)}</span>
    </button>`}stale({fetchedAt:t,own:n}){let s=t&&he(Date.now()-t,this.hass.locale,this.text),o=s?this.text("stale",{time:s}):this.text("stale_unknown"),r=n.last_success,a=h`<ha-icon icon="mdi:clock-alert-outline" aria-hidden="true"></ha-icon><span>${o}</span>`;return r?h`<button class="mark unknown" @click=${()=>this.open(r)}>${a}</button>`:h`<span class="mark plain unknown">${a}</span>`}window(t,n){let s=this.config.show_pace?_t(t,Date.now()):void 0,o=ce(t.usedShare,C(this.config)),r=t.usedShare===void 0?"–":G(t.usedShare,this.hass.locale),a=h`<span class="label" title=${t.name}>${t.name}</span>`,c=this.levelText(o),l=h`<span class="share" title=${c??d} aria-hidden="true">
      ${c?h`<ha-icon icon=${Sn[o]}></ha-icon>`:d}
      ${c&&!this.isCompact?h`<span class="note">${c}</span>`:d}
      <span>${r}</span>
    </span>`,p=this.bar(t,s,o,n),u=h`<button
      class="open"
      aria-label=${`${this.text("show")}: ${n}, ${t.name}`}
      @click=${()=>this.open(t.entityId)}
    ></button>`;return this.isCompact?h`<li class="window ${o}">
        ${a}${p}${l}<span class="time" aria-hidden="true">${this.timeLeft(t,!0)}</span>${u}
      </li>`:h`<li class="window ${o}">
      <div class="line">${a}${l}</div>
      ${p}
      <div class="notes" aria-hidden="true">
        <span title=${this.when(t)}>${this.until(t)}</span>
        <span>${this.amounts(t)}</span>
        ${s&&!s.lasts&&o!=="exhausted"?h`<span class="ahead"><ha-icon icon="mdi:speedometer"></ha-icon>${this.paceText(s,o)}</span>`:d}
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
      ${r?h`<div class="fill" style="width:${r}%"></div>`:d}
      ${a===void 0?d:h`<div
            class="expected"
            title=${this.text("expected",{share:G(a,this.hass.locale)})}
            style="inset-inline-start:${a}%"
          ></div>`}
    </div>`}figure(t){let{entityId:n,name:s}=t,o=V(t.value,t.unit,this.hass.locale,this.text);return h`<li class="figure">
      <span class="label" title=${s}>${s}</span><span class="value">${o}</span>
      <button class="open" aria-label=${`${this.text("show")}: ${s}, ${o}`} @click=${()=>this.open(n)}></button>
    </li>`}spoken(t,n,s){let{locale:o}=this.hass,r=t.resetsAt??t.expiresAt,a=t.resetsAt?"resets_in":"expires_in";return[t.usedShare===void 0?this.text("unknown"):this.text("used",{share:G(t.usedShare,o)}),this.levelText(s),r&&this.text(a,{time:Ct(r-Date.now(),o)}),n&&this.text("expected",{share:G(n.expected,o)}),this.paceText(n,s)].filter(Boolean).join(", ")}levelText(t){return t==="ok"||t==="unknown"?void 0:this.text(`level_${t}`)}paceText(t,n){if(!t||n==="exhausted")return;if(t.lasts)return this.text("pace_lasts");let s=t.runsOutAt&&t.runsOutAt-Date.now();return s?this.text("pace_exhausts_in",{time:he(s,this.hass.locale,this.text)}):this.text("pace_exhausts")}timeLeft({expiresAt:t,resetsAt:n},s=!1){let o=n??t;return o===void 0?void 0:he(o-Date.now(),this.hass.locale,this.text,s)}until(t){let{expiresAt:n,resetsAt:s}=t,o=this.timeLeft(t);return s&&s<=Date.now()?this.text("resets_now"):o&&this.text(s?"resets_in":n?"expires_in":"unknown",{time:o})}when({expiresAt:t,resetsAt:n}){let s=n??t;return s?Tt(s,Date.now(),this.hass):d}amounts({limit:t,remaining:n,unit:s,used:o}){let{locale:r}=this.hass;return o!==void 0&&t!==void 0?kt(o,t,s,r,this.text):n===void 0?void 0:this.text("amount_left",{amount:V(n,s,r,this.text)})}open(t){this.dispatch("hass-more-info",{entityId:t})}dispatch(t,n){this.dispatchEvent(new CustomEvent(t,{bubbles:!0,composed:!0,detail:n}))}}});function Mt(i,e){let t=g(e.language),n=[{title:t("overview"),path:"overview",icon:"mdi:gauge",strategy:{...i,view:"overview"}},{title:t("details"),path:"details",icon:"mdi:chart-line",strategy:{...i,view:"details"}}];return{views:B(e,i.devices).length?n:n.slice(0,1)}}function Pt({type:i,view:e,...t},n){let s={...t,type:`custom:${k}`},o=se(s,n.language),r=B(n,o.devices);return r.length?e==="details"?Tn(r,n):Cn(le(r,C(o),Date.now()),s,n):{type:"panel",cards:[s]}}function Cn(i,e,t){let n=g(t.language)("attention"),s={...e,title:n,layout:"compact",attention_only:!0,order:"attention"},r=[...new Set(i.map(l=>l.provider))].map(l=>({...e,devices:i.filter(p=>p.provider===l).map(p=>p.deviceId)})),a={type:"grid",column_span:Ie,cards:[{...s,grid_options:{columns:"full"}}]},c=r.map(l=>({type:"grid",cards:[l]}));return{type:"sections",max_columns:Ie,sections:[a,...c]}}function Tn(i,e){return{type:"sections",max_columns:Ie,sections:i.map(t=>({type:"grid",cards:[Rn(t),...On(t),...Un(t,e)]}))}}function Rn(i){return{type:"heading",heading:i.ownName??[i.provider,i.label].filter(Boolean).join(" · "),tap_action:{action:"navigate",navigation_path:`/config/devices/device/${i.deviceId}`}}}function On({windows:i}){let e=i.filter(t=>t.usedShare!==void 0).map(t=>({entity:t.entityId,name:t.name}));return e.length?[{type:"statistics-graph",entities:e,...kn}]:[]}function Un({figures:i,own:e},t){let n=["service_status","last_success","refresh"].flatMap(o=>e[o]??[]),s=[...i.map(o=>o.entityId),...n].map(o=>({entity:o,name:t.entities[o]?.name}));return s.length?[{type:"entities",entities:s}]:[]}var Ie,kn,Ht=m(()=>{"use strict";oe();x();de();Ie=4,kn={chart_type:"line",days_to_show:7,min_y_axis:0,period:"hour",stat_types:["max"]}});function Nt(){customElements.get("ll-strategy-dashboard-ai-quota")||(customElements.define("ll-strategy-dashboard-ai-quota",je),customElements.define("ll-strategy-view-ai-quota",We),(window.customStrategies??=[]).push({type:"ai-quota",strategyType:"dashboard",name:"AI Quota",get description(){return g(document.documentElement.lang)("dashboard_description")}}))}var je,We,Dt=m(()=>{"use strict";Ht();x();je=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return Mt(e,t)}},We=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return Pt(e,t)}}});var Ln={};var It=m(()=>{"use strict";zt();Dt();Lt();Nt()});await customElements.whenDefined("home-assistant");await Promise.resolve().then(()=>(It(),Ln));
