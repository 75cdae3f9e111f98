/*! AI Quota, MIT. Contains Lit, BSD-3-Clause: see LICENSE-lit.txt. */
var B=globalThis,K=B.ShadowRoot&&(B.ShadyCSS===void 0||B.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,se=Symbol(),Le=new WeakMap,z=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==se)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(K&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=Le.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&Le.set(t,e))}return e}toString(){return this.cssText}},Pe=i=>new z(typeof i=="string"?i:i+"",void 0,se),re=(i,...e)=>{let t=i.length===1?i[0]:e.reduce((n,s,r)=>n+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+i[r+1],i[0]);return new z(t,i,se)},Me=(i,e)=>{if(K)i.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let n=document.createElement("style"),s=B.litNonce;s!==void 0&&n.setAttribute("nonce",s),n.textContent=t.cssText,i.appendChild(n)}},oe=K?i=>i:i=>i instanceof CSSStyleSheet?(e=>{let t="";for(let n of e.cssRules)t+=n.cssText;return Pe(t)})(i):i;var{is:ft,defineProperty:gt,getOwnPropertyDescriptor:_t,getOwnPropertyNames:yt,getOwnPropertySymbols:vt,getPrototypeOf:xt}=Object,V=globalThis,He=V.trustedTypes,wt=He?He.emptyScript:"",bt=V.reactiveElementPolyfillSupport,U=(i,e)=>i,ae={toAttribute(i,e){switch(e){case Boolean:i=i?wt:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,e){let t=i;switch(e){case Boolean:t=i!==null;break;case Number:t=i===null?null:Number(i);break;case Object:case Array:try{t=JSON.parse(i)}catch{t=null}}return t}},De=(i,e)=>!ft(i,e),Ne={attribute:!0,type:String,converter:ae,reflect:!1,useDefault:!1,hasChanged:De};Symbol.metadata??=Symbol("metadata"),V.litPropertyMetadata??=new WeakMap;var g=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=Ne){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),s=this.getPropertyDescriptor(e,n,t);s!==void 0&&gt(this.prototype,e,s)}}static getPropertyDescriptor(e,t,n){let{get:s,set:r}=_t(this.prototype,e)??{get(){return this[t]},set(o){this[t]=o}};return{get:s,set(o){let a=s?.call(this);r?.call(this,o),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??Ne}static _$Ei(){if(this.hasOwnProperty(U("elementProperties")))return;let e=xt(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(U("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(U("properties"))){let t=this.properties,n=[...yt(t),...vt(t)];for(let s of n)this.createProperty(s,t[s])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[n,s]of t)this.elementProperties.set(n,s)}this._$Eh=new Map;for(let[t,n]of this.elementProperties){let s=this._$Eu(t,n);s!==void 0&&this._$Eh.set(s,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let s of n)t.unshift(oe(s))}else e!==void 0&&t.push(oe(e));return t}static _$Eu(e,t){let n=t.attribute;return n===!1?void 0:typeof n=="string"?n:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return Me(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),s=this.constructor._$Eu(e,n);if(s!==void 0&&n.reflect===!0){let r=(n.converter?.toAttribute!==void 0?n.converter:ae).toAttribute(t,n.type);this._$Em=e,r==null?this.removeAttribute(s):this.setAttribute(s,r),this._$Em=null}}_$AK(e,t){let n=this.constructor,s=n._$Eh.get(e);if(s!==void 0&&this._$Em!==s){let r=n.getPropertyOptions(s),o=typeof r.converter=="function"?{fromAttribute:r.converter}:r.converter?.fromAttribute!==void 0?r.converter:ae;this._$Em=s;let a=o.fromAttribute(t,r.type);this[s]=a??this._$Ej?.get(s)??a,this._$Em=null}}requestUpdate(e,t,n,s=!1,r){if(e!==void 0){let o=this.constructor;if(s===!1&&(r=this[e]),n??=o.getPropertyOptions(e),!((n.hasChanged??De)(r,t)||n.useDefault&&n.reflect&&r===this._$Ej?.get(e)&&!this.hasAttribute(o._$Eu(e,n))))return;this.C(e,t,n)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:s,wrapped:r},o){n&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,o??t??this[e]),r!==!0||o!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),s===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,r]of this._$Ep)this[s]=r;this._$Ep=void 0}let n=this.constructor.elementProperties;if(n.size>0)for(let[s,r]of n){let{wrapped:o}=r,a=this[s];o!==!0||this._$AL.has(s)||a===void 0||this.C(s,void 0,r,a)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(n=>n.hostUpdate?.()),this.update(t)):this._$EM()}catch(n){throw e=!1,this._$EM(),n}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};g.elementStyles=[],g.shadowRootOptions={mode:"open"},g[U("elementProperties")]=new Map,g[U("finalized")]=new Map,bt?.({ReactiveElement:g}),(V.reactiveElementVersions??=[]).push("2.1.2");var me=globalThis,Ie=i=>i,G=me.trustedTypes,je=G?G.createPolicy("lit-html",{createHTML:i=>i}):void 0,Ve="$lit$",y=`lit$${Math.random().toFixed(9).slice(2)}$`,Ge="?"+y,$t=`<${Ge}>`,b=document,P=()=>b.createComment(""),M=i=>i===null||typeof i!="object"&&typeof i!="function",fe=Array.isArray,At=i=>fe(i)||typeof i?.[Symbol.iterator]=="function",ce=`[ 	
\f\r]`,L=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,We=/-->/g,Fe=/>/g,x=RegExp(`>|${ce}(?:([^\\s"'>=/]+)(${ce}*=${ce}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),qe=/'/g,Be=/"/g,Ze=/^(?:script|style|textarea|title)$/i,ge=i=>(e,...t)=>({_$litType$:i,strings:e,values:t}),u=ge(1),pn=ge(2),mn=ge(3),$=Symbol.for("lit-noChange"),l=Symbol.for("lit-nothing"),Ke=new WeakMap,w=b.createTreeWalker(b,129);function Ye(i,e){if(!fe(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return je!==void 0?je.createHTML(e):e}var St=(i,e)=>{let t=i.length-1,n=[],s,r=e===2?"<svg>":e===3?"<math>":"",o=L;for(let a=0;a<t;a++){let c=i[a],d,p,h=-1,f=0;for(;f<c.length&&(o.lastIndex=f,p=o.exec(c),p!==null);)f=o.lastIndex,o===L?p[1]==="!--"?o=We:p[1]!==void 0?o=Fe:p[2]!==void 0?(Ze.test(p[2])&&(s=RegExp("</"+p[2],"g")),o=x):p[3]!==void 0&&(o=x):o===x?p[0]===">"?(o=s??L,h=-1):p[1]===void 0?h=-2:(h=o.lastIndex-p[2].length,d=p[1],o=p[3]===void 0?x:p[3]==='"'?Be:qe):o===Be||o===qe?o=x:o===We||o===Fe?o=L:(o=x,s=void 0);let _=o===x&&i[a+1].startsWith("/>")?" ":"";r+=o===L?c+$t:h>=0?(n.push(d),c.slice(0,h)+Ve+c.slice(h)+y+_):c+y+(h===-2?a:_)}return[Ye(i,r+(i[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),n]},H=class i{constructor({strings:e,_$litType$:t},n){let s;this.parts=[];let r=0,o=0,a=e.length-1,c=this.parts,[d,p]=St(e,t);if(this.el=i.createElement(d,n),w.currentNode=this.el.content,t===2||t===3){let h=this.el.content.firstChild;h.replaceWith(...h.childNodes)}for(;(s=w.nextNode())!==null&&c.length<a;){if(s.nodeType===1){if(s.hasAttributes())for(let h of s.getAttributeNames())if(h.endsWith(Ve)){let f=p[o++],_=s.getAttribute(h).split(y),q=/([.?@])?(.*)/.exec(f);c.push({type:1,index:r,name:q[2],strings:_,ctor:q[1]==="."?de:q[1]==="?"?ue:q[1]==="@"?he:k}),s.removeAttribute(h)}else h.startsWith(y)&&(c.push({type:6,index:r}),s.removeAttribute(h));if(Ze.test(s.tagName)){let h=s.textContent.split(y),f=h.length-1;if(f>0){s.textContent=G?G.emptyScript:"";for(let _=0;_<f;_++)s.append(h[_],P()),w.nextNode(),c.push({type:2,index:++r});s.append(h[f],P())}}}else if(s.nodeType===8)if(s.data===Ge)c.push({type:2,index:r});else{let h=-1;for(;(h=s.data.indexOf(y,h+1))!==-1;)c.push({type:7,index:r}),h+=y.length-1}r++}}static createElement(e,t){let n=b.createElement("template");return n.innerHTML=e,n}};function E(i,e,t=i,n){if(e===$)return e;let s=n!==void 0?t._$Co?.[n]:t._$Cl,r=M(e)?void 0:e._$litDirective$;return s?.constructor!==r&&(s?._$AO?.(!1),r===void 0?s=void 0:(s=new r(i),s._$AT(i,t,n)),n!==void 0?(t._$Co??=[])[n]=s:t._$Cl=s),s!==void 0&&(e=E(i,s._$AS(i,e.values),s,n)),e}var le=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,s=(e?.creationScope??b).importNode(t,!0);w.currentNode=s;let r=w.nextNode(),o=0,a=0,c=n[0];for(;c!==void 0;){if(o===c.index){let d;c.type===2?d=new N(r,r.nextSibling,this,e):c.type===1?d=new c.ctor(r,c.name,c.strings,this,e):c.type===6&&(d=new pe(r,this,e)),this._$AV.push(d),c=n[++a]}o!==c?.index&&(r=w.nextNode(),o++)}return w.currentNode=b,s}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings!==void 0?(n._$AI(e,n,t),t+=n.strings.length-2):n._$AI(e[t])),t++}},N=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,s){this.type=2,this._$AH=l,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=E(this,e,t),M(e)?e===l||e==null||e===""?(this._$AH!==l&&this._$AR(),this._$AH=l):e!==this._$AH&&e!==$&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):At(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==l&&M(this._$AH)?this._$AA.nextSibling.data=e:this.T(b.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,s=typeof n=="number"?this._$AC(e):(n.el===void 0&&(n.el=H.createElement(Ye(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===s)this._$AH.p(t);else{let r=new le(s,this),o=r.u(this.options);r.p(t),this.T(o),this._$AH=r}}_$AC(e){let t=Ke.get(e.strings);return t===void 0&&Ke.set(e.strings,t=new H(e)),t}k(e){fe(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,n,s=0;for(let r of e)s===t.length?t.push(n=new i(this.O(P()),this.O(P()),this,this.options)):n=t[s],n._$AI(r),s++;s<t.length&&(this._$AR(n&&n._$AB.nextSibling,s),t.length=s)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let n=Ie(e).nextSibling;Ie(e).remove(),e=n}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},k=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,s,r){this.type=1,this._$AH=l,this._$AN=void 0,this.element=e,this.name=t,this._$AM=s,this.options=r,n.length>2||n[0]!==""||n[1]!==""?(this._$AH=Array(n.length-1).fill(new String),this.strings=n):this._$AH=l}_$AI(e,t=this,n,s){let r=this.strings,o=!1;if(r===void 0)e=E(this,e,t,0),o=!M(e)||e!==this._$AH&&e!==$,o&&(this._$AH=e);else{let a=e,c,d;for(e=r[0],c=0;c<r.length-1;c++)d=E(this,a[n+c],t,c),d===$&&(d=this._$AH[c]),o||=!M(d)||d!==this._$AH[c],d===l?e=l:e!==l&&(e+=(d??"")+r[c+1]),this._$AH[c]=d}o&&!s&&this.j(e)}j(e){e===l?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},de=class extends k{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===l?void 0:e}},ue=class extends k{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==l)}},he=class extends k{constructor(e,t,n,s,r){super(e,t,n,s,r),this.type=5}_$AI(e,t=this){if((e=E(this,e,t,0)??l)===$)return;let n=this._$AH,s=e===l&&n!==l||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,r=e!==l&&(n===l||s);s&&this.element.removeEventListener(this.name,this,n),r&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},pe=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){E(this,e)}};var Et=me.litHtmlPolyfillSupport;Et?.(H,N),(me.litHtmlVersions??=[]).push("3.3.3");var Je=(i,e,t)=>{let n=t?.renderBefore??e,s=n._$litPart$;if(s===void 0){let r=t?.renderBefore??null;n._$litPart$=s=new N(e.insertBefore(P(),r),r,void 0,t??{})}return s._$AI(i),s};var _e=globalThis,v=class extends g{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Je(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return $}};v._$litElement$=!0,v.finalized=!0,_e.litElementHydrateSupport?.({LitElement:v});var kt=_e.litElementPolyfillSupport;kt?.({LitElement:v});(_e.litElementVersions??=[]).push("4.2.2");var C=new Set,ye;function Xe(){for(let i of C)i()}function ve(){clearInterval(ye),ye=void 0,C.size&&!document.hidden&&(ye=setInterval(Xe,15e3))}function Qe(){ve(),document.hidden||Xe()}var Z=class{constructor(e){this.host=e;this.listen=()=>this.host.requestUpdate();e.addController(this)}hostConnected(){C.size||document.addEventListener("visibilitychange",Qe),C.add(this.listen),ve()}hostDisconnected(){C.delete(this.listen),C.size||document.removeEventListener("visibilitychange",Qe),ve()}};var et={account_empty:"Noch keine Angaben",amount_left:"{amount} übrig",amount_of:"{used} von {limit}",attention:"Braucht Aufmerksamkeit",dashboard_description:"Alle KI-Tarife: was Aufmerksamkeit braucht, jedes Kontingent, der Verlauf einer Woche",description:"Wie viel deiner KI-Tarife verbraucht ist, wann die Kontingente zurückgesetzt werden und ob du zu schnell bist",details:"Einzelheiten",editor_attention_only:"Nur was Aufmerksamkeit braucht",editor_attention_only_help:"Solange alles in Ordnung ist, wird die Karte nicht angezeigt.",editor_critical:"Fast verbraucht ab",editor_devices:"Konten",editor_devices_help:"Ohne Auswahl werden alle Konten gezeigt.",editor_layout:"Darstellung",editor_layout_compact:"Kompakt",editor_layout_detailed:"Ausführlich",editor_order:"Reihenfolge",editor_order_attention:"Was Aufmerksamkeit braucht, zuerst",editor_order_provider:"Nach Anbieter",editor_show_balances:"Guthaben zeigen",editor_show_pace:"Tempo zeigen",editor_show_pace_help:"Eine Marke auf jedem Balken zeigt, wo der Verbrauch jetzt liegen dürfte.",editor_title:"Titel",editor_warning:"Wird knapp ab",empty:"Es ist noch kein KI-Tarif eingerichtet.",empty_action:"Konto hinzufügen",expected:"{share} bis jetzt zu erwarten",expires_in:"Verfällt in {time}",gone:"Die Konten dieser Karte gibt es nicht mehr.",history:"Verbrauch der letzten 7 Tage",invalid_choice:"„{key}“ muss eines davon sein: {choices}.",invalid_devices:"„devices“ muss eine Liste von Geräten sein.",invalid_thresholds:"„warning“ und „critical“ müssen Prozentwerte sein, der erste nicht über dem zweiten.",less_than_a_minute:"< 1 min",level_critical:"Fast verbraucht",level_exhausted:"Verbraucht",level_warning:"Wird knapp",none:"Nichts braucht Aufmerksamkeit.",overview:"Übersicht",pace_exhausts:"Reicht nicht bis zum Zurücksetzen",pace_exhausts_in:"Bei diesem Tempo leer in {time}",pace_lasts:"Reicht bis zum Zurücksetzen",resets_in:"Reset in {time}",resets_now:"Reset steht an",show:"Einzelheiten zeigen",sign_in:"Neu anmelden",stale:"{time} alt",stale_unknown:"Keine aktuellen Angaben",unit_characters:"Zeichen",unit_credits:"Credits",unit_hours:"Stunden",unit_messages:"Nachrichten",unit_points:"Punkte",unit_requests:"Anfragen",unit_tokens:"Tokens",unknown:"Unbekannt",used:"{share} verbraucht",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Tag",window_extra_usage:"Zusatznutzung",window_key:"API-Schlüssel",window_monthly:"Monat",window_quota:"Kontingent",window_renewal:"Bis zur Verlängerung",window_session:"Sitzung",window_weekly:"Woche"};var Y={account_empty:"No figures yet",amount_left:"{amount} left",amount_of:"{used} of {limit}",attention:"Needs attention",dashboard_description:"All AI plans: what needs attention, every limit, a week of history",description:"How much of your AI plans is used, when the limits reset, and whether you go too fast",details:"Details",editor_attention_only:"Only what needs attention",editor_attention_only_help:"The card is hidden while everything is fine.",editor_critical:"Almost used up from",editor_devices:"Accounts",editor_devices_help:"Without a choice all accounts are shown.",editor_layout:"Layout",editor_layout_compact:"Compact",editor_layout_detailed:"Detailed",editor_order:"Order",editor_order_attention:"What needs attention first",editor_order_provider:"By provider",editor_show_balances:"Show balances",editor_show_pace:"Show pace",editor_show_pace_help:"A mark on each bar shows where the use should be by now.",editor_title:"Title",editor_warning:"Running low from",empty:"No AI plan has been set up yet.",empty_action:"Add an account",expected:"{share} expected by now",expires_in:"Expires in {time}",gone:"The accounts of this card no longer exist.",history:"Used share, last 7 days",invalid_choice:'"{key}" has to be one of: {choices}.',invalid_devices:'"devices" has to be a list of devices.',invalid_thresholds:'"warning" and "critical" have to be percentages, the first one not above the second.',less_than_a_minute:"< 1 min",level_critical:"Almost used up",level_exhausted:"Used up",level_warning:"Running low",none:"Nothing needs attention.",overview:"Overview",pace_exhausts:"Will run out early",pace_exhausts_in:"At this pace empty in {time}",pace_lasts:"Lasts until the reset",resets_in:"Resets in {time}",resets_now:"About to reset",show:"Show details",sign_in:"Sign in again",stale:"{time} old",stale_unknown:"No current figures",unit_characters:"characters",unit_credits:"credits",unit_hours:"hours",unit_messages:"messages",unit_points:"points",unit_requests:"requests",unit_tokens:"tokens",unknown:"Unknown",used:"{share} used",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Daily",window_extra_usage:"Extra usage",window_key:"API key",window_monthly:"Monthly",window_quota:"Quota",window_renewal:"Until renewal",window_session:"Session",window_weekly:"Weekly"};var Rt={de:et,en:Y};function m(i){let e=Rt[i.split("-")[0]??""]??Y;return(t,n={})=>e[t].replace(/{(\w+)}/g,(s,r)=>n[r]??"")}function T(i){return i in Y}var A="ai-quota-card",xe=["detailed","compact"],we=["provider","attention"],be={layout:"detailed",devices:[],order:"provider",attention_only:!1,warning:80,critical:95,show_pace:!0,show_balances:!0};function J(i,e){let t={...be,...i},n=m(e),s=(r,o)=>{if(!o.includes(t[r]))throw new Error(n("invalid_choice",{key:r,choices:o.join(", ")}))};if(s("layout",xe),s("order",we),!Array.isArray(t.devices))throw new Error(n("invalid_devices"));if(!(0<t.warning&&t.warning<=t.critical&&t.critical<=100))throw new Error(n("invalid_thresholds"));return t}function R({warning:i,critical:e}){return{warning:i,critical:e}}var Q="ai_quota",Ot=36e5,zt=Ot,Ut=3,Lt=1.02,tt=["unknown","ok","warning","critical","exhausted"],Pt=["maintenance","minor","major","critical"];function W(i,e=[]){let t=[...Mt(i)].flatMap(([s,r])=>{let o=i.devices[s];return o&&(!e.length||e.includes(s))?[Ht(i,o,r)]:[]}),n=s=>`${s.provider} ${s.ownName??s.label}`;return t.sort((s,r)=>e.length?e.indexOf(s.deviceId)-e.indexOf(r.deviceId):n(s).localeCompare(n(r),i.language))}function Mt(i){let e=new Map;for(let t of Object.values(i.entities))t.platform===Q&&t.device_id&&e.set(t.device_id,[...e.get(t.device_id)??[],t]);return e}function Ht(i,e,t){let n=Object.fromEntries(t.map(o=>[o.translation_key??"",o.entity_id])),s=o=>j(i.states[n[o]??""]),r=e.manufacturer??e.name??"";return{deviceId:e.id,provider:r,label:Nt(e.name??"",r),ownName:e.name_by_user??void 0,plan:e.model??void 0,windows:Dt(i,t),figures:qt(i,t),fetchedAt:D(s("last_success")?.state),needsSignIn:s("sign_in_needed")?.state==="on",trouble:Bt(s("service_status")),own:n,entityIds:t.map(o=>o.entity_id)}}function Nt(i,e){let t=i.startsWith(e)?i.slice(e.length).trim():i;return/^\((.*)\)$/.exec(t)?.[1]??t}var nt=/^(window(?:_.+?)?)_(used|resets_at|expires_at|remaining|limit|pace|projected|runs_out_at|runs_out|burn_rate|low|exhausted)$/;function Dt(i,e){let t=new Map;for(let n of e){let s=i.states[n.entity_id]?.attributes.window_id,r=nt.exec(n.translation_key??"")?.[2];typeof s=="string"&&r&&t.set(s,(t.get(s)??new Map).set(r,n))}return[...t].flatMap(([n,s])=>It(i,n,s)??[])}function It(i,e,t){let n=t.get("used")??t.get("resets_at")??t.get("expires_at");if(!n||n.hidden)return;let s=c=>j(i.states[t.get(c)?.entity_id??""]),r=s("used"),o=r?.attributes??{},a=S(o.duration_minutes);return{id:e,name:Wt(i,n),entityId:n.entity_id,usedShare:S(r?.state),used:S(o.used),limit:S(o.limit),remaining:S(o.remaining),unit:$e(o.unit),resetsAt:D(o.resets_at)??D(s("resets_at")?.state),expiresAt:D(s("expires_at")?.state),duration:a&&a*6e4,toldPace:jt(i,t)}}function jt(i,e){let t=e.get("pace");if(!t)return;let n=j(i.states[t.entity_id])?.attributes??{},s=S(n.expected),r=j(i.states[e.get("runs_out_at")?.entity_id??""])?.state;return s===void 0?null:{expected:s,lasts:n.lasts===!0,runsOutAt:D(n.runs_out_at??r)}}function Wt(i,e){let t=e.translation_key??"",n=$e(i.states[e.entity_id]?.attributes.window_name)??e.name??"",s=/\(([^()]+)\)$/.exec(n)?.[1],r=i.localize(`component.${Q}.entity.sensor.${t}.name`,{scope:s,window:n});if(e.name&&r&&Ft(i.language,i.config.language)&&e.name!==r)return e.name;let o=(nt.exec(t)?.[1]??"").replace(/_scoped$/,"");if(!T(o))return n;let a=m(i.language)(o);return t.includes("_scoped_")?`${a} (${s})`:a}function Ft(i,e){return i.split("-")[0]===e.split("-")[0]}function qt(i,e){return e.flatMap(t=>{let s=j(i.states[t.entity_id])?.attributes.metric_kind,r=t.translation_key!=="metric_expires_at";return typeof s=="string"&&r&&!t.hidden?[{entityId:t.entity_id,kind:s,name:t.name??""}]:[]})}function Bt(i){let e=Pt.find(t=>t===i?.state);return i&&e?{entityId:i.entity_id,level:e,description:$e(i.attributes.description)}:void 0}function j(i){return i&&i.state!=="unavailable"&&i.state!=="unknown"?i:void 0}function S(i){let e=typeof i=="string"&&i.trim()?Number(i):i;return typeof e=="number"&&Number.isFinite(e)?e:void 0}function $e(i){return typeof i=="string"&&i?i:void 0}function D(i){return typeof i=="string"?S(Date.parse(i)):void 0}function Ae(i,{warning:e,critical:t}){return i===void 0?"unknown":i>=100?"exhausted":i>=t?"critical":i>=e?"warning":"ok"}function Se(i,e){let t=i.windows.map(n=>tt.indexOf(Ae(n.usedShare,e)));return tt[Math.max(0,...t)]??"unknown"}function Ee(i,e){return i.windows.length>0&&i.windows.every(n=>Kt(n))||i.fetchedAt!==void 0&&e-i.fetchedAt>zt}function Kt(i){return i.usedShare===void 0&&i.resetsAt===void 0&&i.expiresAt===void 0}function I(i,e,t){let n=Se(i,e);return i.needsSignIn?6:n==="exhausted"||n==="critical"?n==="exhausted"?5:4:i.trouble&&i.trouble.level!=="maintenance"?3:n==="warning"?2:Ee(i,t)?1:0}function X(i,e,t){let n=new Map;for(let r of i)n.set(r.provider,Math.max(n.get(r.provider)??0,I(r,e,t)));let s=[...new Set(i.map(r=>r.provider))];return[...i].sort((r,o)=>(n.get(o.provider)??0)-(n.get(r.provider)??0)||s.indexOf(r.provider)-s.indexOf(o.provider)||I(o,e,t)-I(r,e,t))}function it(i,e){let{duration:t,resetsAt:n,toldPace:s,usedShare:r}=i;if(n!==void 0&&n<=e)return;if(s!==void 0)return s??void 0;if(!t||n===void 0||r===void 0||n-e>Lt*t)return;let o=Math.max(0,t-(n-e)),a=100*o/t;if(a<Ut)return;let c=e+o*(100-r)/r,d=r<=0||c>=n;return{expected:a,lasts:d,runsOutAt:d||r>=100?void 0:c}}var st={number:{min:1,max:100,unit_of_measurement:"%",mode:"box"}};function ot(){let i=m(document.documentElement.lang);return{schema:[{name:"title",selector:{text:{}}},{name:"devices",selector:{device:{multiple:!0,filter:{integration:Q}}}},ke(rt("layout",xe,i),rt("order",we,i)),ke(O("warning",st),O("critical",st)),ke(O("show_pace",{boolean:{}}),O("show_balances",{boolean:{}})),O("attention_only",{boolean:{}})],computeLabel:({name:e})=>Ce(`editor_${e}`,i),computeHelper:({name:e})=>Ce(`editor_${e}_help`,i)}}function O(i,e){return{name:i,selector:e,default:be[i]}}function rt(i,e,t){let n=e.map(s=>({value:s,label:Ce(`editor_${i}_${s}`,t)}));return O(i,{select:{mode:"dropdown",options:n}})}function ke(...i){return{name:"",type:"grid",schema:i}}function Ce(i,e){return T(i)?e(i):void 0}var ee=6e4,Te=60*ee,Re=24*Te,Vt=1e5,at={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],none:["en-US"],quote_decimal:["de-CH"],space_comma:["fr","sv","cs"],system:void 0};function te(i,e){let t=i.number_format in at?at[i.number_format]:i.language;return new Intl.NumberFormat(t,i.number_format==="none"?{...e,useGrouping:!1}:e)}function F(i,e){let t=i>99&&i<100?99:Math.round(i);return te(e,{style:"percent",maximumFractionDigits:0}).format(t/100)}function ne(i,e,t,n){if(e&&/^[A-Z]{3}$/.test(e))return te(t,{style:"currency",currency:e,currencyDisplay:"narrowSymbol"}).format(i);let s=Math.abs(i)>=Vt?{notation:"compact"}:{},r=te(t,{maximumFractionDigits:1,...s}).format(i),o=`unit_${e}`;return e?`${r} ${T(o)?n(o):e}`:r}function lt(i,e,t,n,s){let r=t!==void 0&&/^[A-Z]{3}$/.test(t);return s("amount_of",{used:ne(i,r?t:void 0,n,s),limit:ne(e,t,n,s)})}function ie(i,e,t){if(i<ee)return t("less_than_a_minute");let n=Math.floor(i/Re),s=Math.floor(i%Re/Te),r=Math.floor(i%Te/ee),o=[[n,"d"],[s,"h"],[n?0:r,"min"]],a=te(e,{});return o.flatMap(([c,d])=>c?[`${a.format(c)} ${d}`]:[]).join(" ")}function dt(i,e){let t=Math.max(0,Math.floor(i/ee)),s=[[Math.floor(t/1440),"day"],[Math.floor(t%1440/60),"hour"],[t>=1440?0:t%60,"minute"]].filter(([r])=>r>0);return(s.length?s:[[0,"minute"]]).map(([r,o])=>new Intl.NumberFormat(e.language,{style:"unit",unit:o,unitDisplay:"long"}).format(r)).join(", ")}function ut(i,e,{config:t,locale:n}){let s=n.time_zone==="server"?{timeZone:t.time_zone}:{},r={hour:"numeric",minute:"2-digit",...Gt(n),...s},a=ct(i,s)===ct(e,s)?{}:i-e<6*Re&&i>e?{weekday:"short"}:{day:"numeric",month:"short"},c=n.time_format==="system"?void 0:n.language;return new Intl.DateTimeFormat(c,{...a,...r}).format(i)}function Gt({time_format:i}){return i==="12"?{hourCycle:"h12"}:i==="24"?{hourCycle:"h23"}:{}}function ct(i,e){return new Intl.DateTimeFormat("en-CA",{dateStyle:"short",...e}).format(i)}var ht=re`
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
    grid-template-columns: minmax(0, 1fr) minmax(40px, 1fr) 54px 66px;
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
`;var Zt="/config/integrations/integration/ai_quota",Yt="/config/integrations/dashboard/add?domain=ai_quota",Jt={unknown:"mdi:gauge-empty",ok:"mdi:gauge-low",warning:"mdi:gauge",critical:"mdi:gauge-full",exhausted:"mdi:timer-sand"},Qt={unknown:"",ok:"",warning:"mdi:alert",critical:"mdi:alert-octagon",exhausted:"mdi:alert-octagon"},Oe=class extends v{constructor(){super();this.connectedWhileHidden=!0;this.accounts=[];new Z(this)}static{this.styles=ht}static{this.properties={hass:{attribute:!1},preview:{type:Boolean},config:{state:!0}}}static{this.getConfigForm=ot}static getStubConfig(){return{layout:"detailed"}}setConfig(t){this.config={...t,...J(t,document.documentElement.lang)}}getCardSize(){let t=this.accounts.map(n=>1+n.windows.length*(this.isCompact?.5:1));return Math.ceil(t.reduce((n,s)=>n+s,1))}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get isCompact(){return this.config.layout==="compact"}get text(){return m(this.hass.language)}shouldUpdate(t){if(!this.hass||!this.config)return!1;let n=t.get("hass");return t.size!==1||!n||this.concerns(n)}concerns(t){let n=this.hass;return["entities","devices","locale","language","localize","formatEntityState"].some(r=>t[r]!==n[r])||this.accounts.some(r=>r.entityIds.some(o=>t.states[o]!==n.states[o]))}willUpdate(){let t=W(this.hass,this.config.devices),n=R(this.config),s=Date.now(),r=this.config.order==="attention"?X(t,n,s):t;this.accounts=this.config.attention_only?r.filter(o=>I(o,n,s)):r,this.setHidden(this.config.attention_only&&!this.accounts.length&&!this.preview)}setHidden(t){this.hidden!==t&&(this.hidden=t,this.dispatch("card-visibility-changed",{value:!t}))}render(){let{title:t}=this.config;return u`<ha-card class=${this.config.layout}>
      ${t?u`<h2 class="title">${t}</h2>`:l}
      ${this.accounts.length?u`<div class="accounts">${this.accounts.map((n,s)=>this.account(n,this.accounts[s-1]))}</div>`:this.empty()}
    </ha-card>`}empty(){let{attention_only:t,devices:n}=this.config;return n.length||t?u`<div class="empty">${this.text(n.length?"gone":"none")}</div>`:u`<div class="empty">
      <ha-icon icon="mdi:gauge-empty"></ha-icon>
      ${this.text("empty")}
      <a class="action" href=${Yt}>${this.text("empty_action")}</a>
    </div>`}account(t,n){let s=n?.provider===t.provider,r=this.accounts.some(p=>p!==t&&p.provider===t.provider),o=t.ownName??t.provider,a=[r&&!t.ownName&&t.label,t.plan].filter(Boolean).join(" · "),c=Se(t,R(this.config)),d=this.config.show_balances?Xt(t):[];return u`<section class="account ${s?"sibling":""}" aria-label=${[o,a].filter(Boolean).join(", ")}>
      <div class="head">
        ${this.isCompact?l:u`<span class="badge ${c}"><ha-icon icon=${Jt[c]} aria-hidden="true"></ha-icon></span>`}
        <div class="who">
          <h3 class="name" title=${o}>${o}</h3>
          ${a?u`<div class="about" title=${a}>${a}</div>`:l}
        </div>
        ${this.marks(t)}
      </div>
      ${t.windows.length?u`<ul class="windows">${t.windows.map(p=>this.window(p,o))}</ul>`:l}
      ${d.length?u`<ul class="figures">${d.map(p=>this.figure(p))}</ul>`:l}
    </section>`}marks(t){let n=Ee(t,Date.now());return u`<div class="marks">
      ${t.needsSignIn?u`<a class="mark critical" href=${Zt}>
            <ha-icon icon="mdi:account-key" aria-hidden="true"></ha-icon><span>${this.text("sign_in")}</span>
          </a>`:l}
      ${t.trouble?this.trouble(t.trouble):l} ${n?this.stale(t):l}
    </div>`}trouble({description:t,entityId:n,level:s}){let r=this.hass.states[n],o={maintenance:"unknown",minor:"warning",major:"critical",critical:"critical"}[s];return u`<button class="mark ${o}" title=${t??l} @click=${()=>this.open(n)}>
      <ha-icon icon=${s==="maintenance"?"mdi:wrench":"mdi:cloud-alert"} aria-hidden="true"></ha-icon><span>${r&&this.hass.formatEntityState(r)}</span>
    </button>`}stale({fetchedAt:t,own:n}){let s=t&&ie(Date.now()-t,this.hass.locale,this.text),r=s?this.text("stale",{time:s}):this.text("stale_unknown"),o=n.last_success,a=u`<ha-icon icon="mdi:clock-alert-outline" aria-hidden="true"></ha-icon><span>${r}</span>`;return o?u`<button class="mark unknown" @click=${()=>this.open(o)}>${a}</button>`:u`<span class="mark plain unknown">${a}</span>`}window(t,n){let s=this.config.show_pace?it(t,Date.now()):void 0,r=Ae(t.usedShare,R(this.config)),o=t.usedShare===void 0?"–":F(t.usedShare,this.hass.locale),a=u`<span class="label" title=${t.name}>${t.name}</span>`,c=this.levelText(r),d=u`<span class="share" title=${c??l} aria-hidden="true">
      ${c?u`<ha-icon icon=${Qt[r]}></ha-icon>`:l}
      ${c&&!this.isCompact?u`<span class="note">${c}</span>`:l}
      <span>${o}</span>
    </span>`,p=this.bar(t,s,r,n),h=u`<button
      class="open"
      aria-label=${`${this.text("show")}: ${n}, ${t.name}`}
      @click=${()=>this.open(t.entityId)}
    ></button>`;return this.isCompact?u`<li class="window ${r}">
        ${a}${p}${d}<span class="time" aria-hidden="true">${this.timeLeft(t)}</span>${h}
      </li>`:u`<li class="window ${r}">
      <div class="line">${a}${d}</div>
      ${p}
      <div class="notes" aria-hidden="true">
        <span title=${this.when(t)}>${this.until(t)}</span>
        <span>${this.amounts(t)}</span>
        ${s&&!s.lasts&&r!=="exhausted"?u`<span class="ahead"><ha-icon icon="mdi:speedometer"></ha-icon>${this.paceText(s,r)}</span>`:l}
      </div>
      ${h}
    </li>`}bar(t,n,s,r){let o=Math.min(100,Math.max(0,t.usedShare??0)),a=n&&Math.min(100,n.expected);return u`<div
      class="bar"
      role="meter"
      aria-label=${`${r}, ${t.name}`}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(o)}
      aria-valuetext=${this.spoken(t,n,s)}
    >
      ${o?u`<div class="fill" style="width:${o}%"></div>`:l}
      ${a===void 0?l:u`<div
            class="expected"
            title=${this.text("expected",{share:F(a,this.hass.locale)})}
            style="inset-inline-start:${a}%"
          ></div>`}
    </div>`}figure({entityId:t,name:n}){let s=this.hass.states[t],r=s?this.hass.formatEntityState(s):"";return u`<li class="figure">
      <span class="label" title=${n}>${n}</span><span class="value">${r}</span>
      <button class="open" aria-label=${`${this.text("show")}: ${n}, ${r}`} @click=${()=>this.open(t)}></button>
    </li>`}spoken(t,n,s){let{locale:r}=this.hass,o=t.resetsAt??t.expiresAt,a=t.resetsAt?"resets_in":"expires_in";return[t.usedShare===void 0?this.text("unknown"):this.text("used",{share:F(t.usedShare,r)}),this.levelText(s),o&&this.text(a,{time:dt(o-Date.now(),r)}),n&&this.text("expected",{share:F(n.expected,r)}),this.paceText(n,s)].filter(Boolean).join(", ")}levelText(t){return t==="ok"||t==="unknown"?void 0:this.text(`level_${t}`)}paceText(t,n){if(!t||n==="exhausted")return;if(t.lasts)return this.text("pace_lasts");let s=t.runsOutAt&&t.runsOutAt-Date.now();return s?this.text("pace_exhausts_in",{time:ie(s,this.hass.locale,this.text)}):this.text("pace_exhausts")}timeLeft({expiresAt:t,resetsAt:n}){let s=n??t;return s===void 0?void 0:ie(s-Date.now(),this.hass.locale,this.text)}until(t){let{expiresAt:n,resetsAt:s}=t,r=this.timeLeft(t);return s&&s<=Date.now()?this.text("resets_now"):r&&this.text(s?"resets_in":n?"expires_in":"unknown",{time:r})}when({expiresAt:t,resetsAt:n}){let s=n??t;return s?ut(s,Date.now(),this.hass):l}amounts({limit:t,remaining:n,unit:s,used:r}){let{locale:o}=this.hass;return r!==void 0&&t!==void 0?lt(r,t,s,o,this.text):n===void 0?void 0:this.text("amount_left",{amount:ne(n,s,o,this.text)})}open(t){this.dispatch("hass-more-info",{entityId:t})}dispatch(t,n){this.dispatchEvent(new CustomEvent(t,{bubbles:!0,composed:!0,detail:n}))}};function Xt({figures:i,windows:e}){let t=i.filter(n=>n.kind==="balance");return t.length||e.length?t:i.slice(0,3)}function pt(){customElements.get(A)||(customElements.define(A,Oe),(window.customCards??=[]).push({type:A,name:"AI Quota",preview:!0,get description(){return m(document.documentElement.lang)("description")},getEntitySuggestion:(i,e)=>{let{device_id:t,platform:n}=i.entities[e]??{};return t&&n==="ai_quota"?{config:{type:`custom:${A}`,devices:[t]}}:null}}))}var en=7;function tn(i,e){let t=m(e.language),n=[{title:t("overview"),path:"overview",icon:"mdi:gauge",strategy:{...i,view:"overview"}},{title:t("details"),path:"details",icon:"mdi:chart-line",strategy:{...i,view:"details"}}];return{views:W(e).length?n:n.slice(0,1)}}function nn({type:i,view:e,...t},n){let s={...t,type:`custom:${A}`},r=J(s,n.language),o=W(n),a=X(o,R(r),Date.now());return o.length?e==="details"?rn(o,n):sn(a,s,n):{type:"panel",cards:[s]}}function sn(i,e,t){let n=m(t.language)("attention"),s={...e,title:n,layout:"compact",attention_only:!0,order:"attention"},o=[...new Set(i.map(a=>a.provider))].map(a=>({...e,devices:i.filter(c=>c.provider===a).map(c=>c.deviceId)}));return{type:"sections",max_columns:4,dense_section_placement:!0,sections:[s,...o].map(a=>({type:"grid",cards:[a]}))}}function rn(i,e){return{type:"sections",max_columns:4,sections:i.map(t=>({type:"grid",cards:[on(t),an(t,e),cn(t,e)].flat()}))}}function on(i){return{type:"heading",heading:i.ownName??[i.provider,i.label].filter(Boolean).join(" · "),tap_action:{action:"navigate",navigation_path:`/config/devices/device/${i.deviceId}`}}}function an({windows:i},e){let t=i.filter(r=>r.usedShare!==void 0).map(r=>({entity:r.entityId,name:r.name})),n=m(e.language)("history"),s={chart_type:"line",days_to_show:en,min_y_axis:0,period:"hour",stat_types:["max"]};return t.length?[{type:"statistics-graph",title:n,entities:t,...s}]:[]}function cn({figures:i,own:e},t){let n=["service_status","last_success","refresh"].flatMap(r=>e[r]??[]),s=[...i.map(r=>r.entityId),...n].map(r=>({entity:r,name:t.entities[r]?.name}));return s.length?[{type:"entities",entities:s}]:[]}var ze=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return tn(e,t)}},Ue=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return nn(e,t)}};function mt(){customElements.get("ll-strategy-dashboard-ai-quota")||(customElements.define("ll-strategy-dashboard-ai-quota",ze),customElements.define("ll-strategy-view-ai-quota",Ue),(window.customStrategies??=[]).push({type:"ai-quota",strategyType:"dashboard",name:"AI Quota",get description(){return m(document.documentElement.lang)("dashboard_description")}}))}pt();mt();
