/*! AI Quota, MIT. Contains Lit, BSD-3-Clause: see LICENSE-lit.txt. */
var F=globalThis,B=F.ShadowRoot&&(F.ShadyCSS===void 0||F.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,te=Symbol(),Te=new WeakMap,R=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==te)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(B&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=Te.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&Te.set(t,e))}return e}toString(){return this.cssText}},Re=i=>new R(typeof i=="string"?i:i+"",void 0,te),ne=(i,...e)=>{let t=i.length===1?i[0]:e.reduce((n,s,r)=>n+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+i[r+1],i[0]);return new R(t,i,te)},Oe=(i,e)=>{if(B)i.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let n=document.createElement("style"),s=F.litNonce;s!==void 0&&n.setAttribute("nonce",s),n.textContent=t.cssText,i.appendChild(n)}},ie=B?i=>i:i=>i instanceof CSSStyleSheet?(e=>{let t="";for(let n of e.cssRules)t+=n.cssText;return Re(t)})(i):i;var{is:ht,defineProperty:pt,getOwnPropertyDescriptor:mt,getOwnPropertyNames:ft,getOwnPropertySymbols:gt,getPrototypeOf:_t}=Object,q=globalThis,Ue=q.trustedTypes,yt=Ue?Ue.emptyScript:"",vt=q.reactiveElementPolyfillSupport,O=(i,e)=>i,se={toAttribute(i,e){switch(e){case Boolean:i=i?yt:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,e){let t=i;switch(e){case Boolean:t=i!==null;break;case Number:t=i===null?null:Number(i);break;case Object:case Array:try{t=JSON.parse(i)}catch{t=null}}return t}},Le=(i,e)=>!ht(i,e),ze={attribute:!0,type:String,converter:se,reflect:!1,useDefault:!1,hasChanged:Le};Symbol.metadata??=Symbol("metadata"),q.litPropertyMetadata??=new WeakMap;var f=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=ze){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),s=this.getPropertyDescriptor(e,n,t);s!==void 0&&pt(this.prototype,e,s)}}static getPropertyDescriptor(e,t,n){let{get:s,set:r}=mt(this.prototype,e)??{get(){return this[t]},set(o){this[t]=o}};return{get:s,set(o){let a=s?.call(this);r?.call(this,o),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??ze}static _$Ei(){if(this.hasOwnProperty(O("elementProperties")))return;let e=_t(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(O("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(O("properties"))){let t=this.properties,n=[...ft(t),...gt(t)];for(let s of n)this.createProperty(s,t[s])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[n,s]of t)this.elementProperties.set(n,s)}this._$Eh=new Map;for(let[t,n]of this.elementProperties){let s=this._$Eu(t,n);s!==void 0&&this._$Eh.set(s,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let s of n)t.unshift(ie(s))}else e!==void 0&&t.push(ie(e));return t}static _$Eu(e,t){let n=t.attribute;return n===!1?void 0:typeof n=="string"?n:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return Oe(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),s=this.constructor._$Eu(e,n);if(s!==void 0&&n.reflect===!0){let r=(n.converter?.toAttribute!==void 0?n.converter:se).toAttribute(t,n.type);this._$Em=e,r==null?this.removeAttribute(s):this.setAttribute(s,r),this._$Em=null}}_$AK(e,t){let n=this.constructor,s=n._$Eh.get(e);if(s!==void 0&&this._$Em!==s){let r=n.getPropertyOptions(s),o=typeof r.converter=="function"?{fromAttribute:r.converter}:r.converter?.fromAttribute!==void 0?r.converter:se;this._$Em=s;let a=o.fromAttribute(t,r.type);this[s]=a??this._$Ej?.get(s)??a,this._$Em=null}}requestUpdate(e,t,n,s=!1,r){if(e!==void 0){let o=this.constructor;if(s===!1&&(r=this[e]),n??=o.getPropertyOptions(e),!((n.hasChanged??Le)(r,t)||n.useDefault&&n.reflect&&r===this._$Ej?.get(e)&&!this.hasAttribute(o._$Eu(e,n))))return;this.C(e,t,n)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:s,wrapped:r},o){n&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,o??t??this[e]),r!==!0||o!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),s===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,r]of this._$Ep)this[s]=r;this._$Ep=void 0}let n=this.constructor.elementProperties;if(n.size>0)for(let[s,r]of n){let{wrapped:o}=r,a=this[s];o!==!0||this._$AL.has(s)||a===void 0||this.C(s,void 0,r,a)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(n=>n.hostUpdate?.()),this.update(t)):this._$EM()}catch(n){throw e=!1,this._$EM(),n}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};f.elementStyles=[],f.shadowRootOptions={mode:"open"},f[O("elementProperties")]=new Map,f[O("finalized")]=new Map,vt?.({ReactiveElement:f}),(q.reactiveElementVersions??=[]).push("2.1.2");var ue=globalThis,Pe=i=>i,K=ue.trustedTypes,Me=K?K.createPolicy("lit-html",{createHTML:i=>i}):void 0,We="$lit$",y=`lit$${Math.random().toFixed(9).slice(2)}$`,Fe="?"+y,xt=`<${Fe}>`,w=document,z=()=>w.createComment(""),L=i=>i===null||typeof i!="object"&&typeof i!="function",he=Array.isArray,bt=i=>he(i)||typeof i?.[Symbol.iterator]=="function",re=`[ 	
\f\r]`,U=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Ne=/-->/g,He=/>/g,x=RegExp(`>|${re}(?:([^\\s"'>=/]+)(${re}*=${re}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),De=/'/g,Ie=/"/g,Be=/^(?:script|style|textarea|title)$/i,pe=i=>(e,...t)=>({_$litType$:i,strings:e,values:t}),h=pe(1),tn=pe(2),nn=pe(3),$=Symbol.for("lit-noChange"),c=Symbol.for("lit-nothing"),je=new WeakMap,b=w.createTreeWalker(w,129);function qe(i,e){if(!he(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return Me!==void 0?Me.createHTML(e):e}var wt=(i,e)=>{let t=i.length-1,n=[],s,r=e===2?"<svg>":e===3?"<math>":"",o=U;for(let a=0;a<t;a++){let l=i[a],d,u,p=-1,m=0;for(;m<l.length&&(o.lastIndex=m,u=o.exec(l),u!==null);)m=o.lastIndex,o===U?u[1]==="!--"?o=Ne:u[1]!==void 0?o=He:u[2]!==void 0?(Be.test(u[2])&&(s=RegExp("</"+u[2],"g")),o=x):u[3]!==void 0&&(o=x):o===x?u[0]===">"?(o=s??U,p=-1):u[1]===void 0?p=-2:(p=o.lastIndex-u[2].length,d=u[1],o=u[3]===void 0?x:u[3]==='"'?Ie:De):o===Ie||o===De?o=x:o===Ne||o===He?o=U:(o=x,s=void 0);let _=o===x&&i[a+1].startsWith("/>")?" ":"";r+=o===U?l+xt:p>=0?(n.push(d),l.slice(0,p)+We+l.slice(p)+y+_):l+y+(p===-2?a:_)}return[qe(i,r+(i[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),n]},P=class i{constructor({strings:e,_$litType$:t},n){let s;this.parts=[];let r=0,o=0,a=e.length-1,l=this.parts,[d,u]=wt(e,t);if(this.el=i.createElement(d,n),b.currentNode=this.el.content,t===2||t===3){let p=this.el.content.firstChild;p.replaceWith(...p.childNodes)}for(;(s=b.nextNode())!==null&&l.length<a;){if(s.nodeType===1){if(s.hasAttributes())for(let p of s.getAttributeNames())if(p.endsWith(We)){let m=u[o++],_=s.getAttribute(p).split(y),W=/([.?@])?(.*)/.exec(m);l.push({type:1,index:r,name:W[2],strings:_,ctor:W[1]==="."?ae:W[1]==="?"?le:W[1]==="@"?ce:S}),s.removeAttribute(p)}else p.startsWith(y)&&(l.push({type:6,index:r}),s.removeAttribute(p));if(Be.test(s.tagName)){let p=s.textContent.split(y),m=p.length-1;if(m>0){s.textContent=K?K.emptyScript:"";for(let _=0;_<m;_++)s.append(p[_],z()),b.nextNode(),l.push({type:2,index:++r});s.append(p[m],z())}}}else if(s.nodeType===8)if(s.data===Fe)l.push({type:2,index:r});else{let p=-1;for(;(p=s.data.indexOf(y,p+1))!==-1;)l.push({type:7,index:r}),p+=y.length-1}r++}}static createElement(e,t){let n=w.createElement("template");return n.innerHTML=e,n}};function E(i,e,t=i,n){if(e===$)return e;let s=n!==void 0?t._$Co?.[n]:t._$Cl,r=L(e)?void 0:e._$litDirective$;return s?.constructor!==r&&(s?._$AO?.(!1),r===void 0?s=void 0:(s=new r(i),s._$AT(i,t,n)),n!==void 0?(t._$Co??=[])[n]=s:t._$Cl=s),s!==void 0&&(e=E(i,s._$AS(i,e.values),s,n)),e}var oe=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,s=(e?.creationScope??w).importNode(t,!0);b.currentNode=s;let r=b.nextNode(),o=0,a=0,l=n[0];for(;l!==void 0;){if(o===l.index){let d;l.type===2?d=new M(r,r.nextSibling,this,e):l.type===1?d=new l.ctor(r,l.name,l.strings,this,e):l.type===6&&(d=new de(r,this,e)),this._$AV.push(d),l=n[++a]}o!==l?.index&&(r=b.nextNode(),o++)}return b.currentNode=w,s}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings!==void 0?(n._$AI(e,n,t),t+=n.strings.length-2):n._$AI(e[t])),t++}},M=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,s){this.type=2,this._$AH=c,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=E(this,e,t),L(e)?e===c||e==null||e===""?(this._$AH!==c&&this._$AR(),this._$AH=c):e!==this._$AH&&e!==$&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):bt(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==c&&L(this._$AH)?this._$AA.nextSibling.data=e:this.T(w.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,s=typeof n=="number"?this._$AC(e):(n.el===void 0&&(n.el=P.createElement(qe(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===s)this._$AH.p(t);else{let r=new oe(s,this),o=r.u(this.options);r.p(t),this.T(o),this._$AH=r}}_$AC(e){let t=je.get(e.strings);return t===void 0&&je.set(e.strings,t=new P(e)),t}k(e){he(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,n,s=0;for(let r of e)s===t.length?t.push(n=new i(this.O(z()),this.O(z()),this,this.options)):n=t[s],n._$AI(r),s++;s<t.length&&(this._$AR(n&&n._$AB.nextSibling,s),t.length=s)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let n=Pe(e).nextSibling;Pe(e).remove(),e=n}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},S=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,s,r){this.type=1,this._$AH=c,this._$AN=void 0,this.element=e,this.name=t,this._$AM=s,this.options=r,n.length>2||n[0]!==""||n[1]!==""?(this._$AH=Array(n.length-1).fill(new String),this.strings=n):this._$AH=c}_$AI(e,t=this,n,s){let r=this.strings,o=!1;if(r===void 0)e=E(this,e,t,0),o=!L(e)||e!==this._$AH&&e!==$,o&&(this._$AH=e);else{let a=e,l,d;for(e=r[0],l=0;l<r.length-1;l++)d=E(this,a[n+l],t,l),d===$&&(d=this._$AH[l]),o||=!L(d)||d!==this._$AH[l],d===c?e=c:e!==c&&(e+=(d??"")+r[l+1]),this._$AH[l]=d}o&&!s&&this.j(e)}j(e){e===c?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},ae=class extends S{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===c?void 0:e}},le=class extends S{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==c)}},ce=class extends S{constructor(e,t,n,s,r){super(e,t,n,s,r),this.type=5}_$AI(e,t=this){if((e=E(this,e,t,0)??c)===$)return;let n=this._$AH,s=e===c&&n!==c||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,r=e!==c&&(n===c||s);s&&this.element.removeEventListener(this.name,this,n),r&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},de=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){E(this,e)}};var $t=ue.litHtmlPolyfillSupport;$t?.(P,M),(ue.litHtmlVersions??=[]).push("3.3.3");var Ke=(i,e,t)=>{let n=t?.renderBefore??e,s=n._$litPart$;if(s===void 0){let r=t?.renderBefore??null;n._$litPart$=s=new M(e.insertBefore(z(),r),r,void 0,t??{})}return s._$AI(i),s};var me=globalThis,v=class extends f{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Ke(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return $}};v._$litElement$=!0,v.finalized=!0,me.litElementHydrateSupport?.({LitElement:v});var At=me.litElementPolyfillSupport;At?.({LitElement:v});(me.litElementVersions??=[]).push("4.2.2");var k=new Set,fe;function Ge(){for(let i of k)i()}function ge(){clearInterval(fe),fe=void 0,k.size&&!document.hidden&&(fe=setInterval(Ge,15e3))}function Ve(){ge(),document.hidden||Ge()}var V=class{constructor(e){this.host=e;this.listen=()=>this.host.requestUpdate();e.addController(this)}hostConnected(){k.size||document.addEventListener("visibilitychange",Ve),k.add(this.listen),ge()}hostDisconnected(){k.delete(this.listen),k.size||document.removeEventListener("visibilitychange",Ve),ge()}};var Ze={account_empty:"Noch keine Angaben",amount_left:"{amount} übrig",amount_of:"{used} von {limit}",attention:"Braucht Aufmerksamkeit",dashboard_description:"Alle KI-Tarife: was Aufmerksamkeit braucht, jedes Kontingent, der Verlauf einer Woche",description:"Wie viel deiner KI-Tarife verbraucht ist, wann die Kontingente zurückgesetzt werden und ob du zu schnell bist",details:"Einzelheiten",editor_attention_only:"Nur was Aufmerksamkeit braucht",editor_attention_only_help:"Solange alles in Ordnung ist, wird die Karte nicht angezeigt.",editor_critical:"Fast verbraucht ab",editor_devices:"Konten",editor_devices_help:"Ohne Auswahl werden alle Konten gezeigt.",editor_layout:"Darstellung",editor_layout_compact:"Kompakt",editor_layout_detailed:"Ausführlich",editor_order:"Reihenfolge",editor_order_attention:"Was Aufmerksamkeit braucht, zuerst",editor_order_provider:"Nach Anbieter",editor_show_balances:"Guthaben zeigen",editor_show_pace:"Tempo zeigen",editor_show_pace_help:"Eine Marke auf jedem Balken zeigt, wo der Verbrauch jetzt liegen dürfte.",editor_title:"Titel",editor_warning:"Wird knapp ab",empty:"Es ist noch kein KI-Tarif eingerichtet.",empty_action:"Konto hinzufügen",expected:"{share} bis jetzt zu erwarten",expires_in:"Verfällt in {time}",gone:"Die Konten dieser Karte gibt es nicht mehr.",history:"Verbrauch der letzten 7 Tage",invalid_choice:"„{key}“ muss eines davon sein: {choices}.",invalid_devices:"„devices“ muss eine Liste von Geräten sein.",invalid_thresholds:"„warning“ und „critical“ müssen Prozentwerte sein, der erste nicht über dem zweiten.",less_than_a_minute:"< 1 min",level_critical:"Fast verbraucht",level_exhausted:"Verbraucht",level_warning:"Wird knapp",none:"Nichts braucht Aufmerksamkeit.",overview:"Übersicht",pace_exhausts:"Reicht nicht bis zum Zurücksetzen",pace_exhausts_in:"Bei diesem Tempo leer in {time}",pace_lasts:"Reicht bis zum Zurücksetzen",resets_in:"Reset in {time}",resets_now:"Reset steht an",show:"Einzelheiten zeigen",sign_in:"Neu anmelden",stale:"{time} alt",stale_unknown:"Keine aktuellen Angaben",unit_characters:"Zeichen",unit_credits:"Credits",unit_hours:"Stunden",unit_messages:"Nachrichten",unit_points:"Punkte",unit_requests:"Anfragen",unit_tokens:"Tokens",unknown:"Unbekannt",used:"{share} verbraucht",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Tag",window_extra_usage:"Zusatznutzung",window_key:"API-Schlüssel",window_monthly:"Monat",window_quota:"Kontingent",window_renewal:"Bis zur Verlängerung",window_session:"Sitzung",window_weekly:"Woche"};var G={account_empty:"No figures yet",amount_left:"{amount} left",amount_of:"{used} of {limit}",attention:"Needs attention",dashboard_description:"All AI plans: what needs attention, every limit, a week of history",description:"How much of your AI plans is used, when the limits reset, and whether you go too fast",details:"Details",editor_attention_only:"Only what needs attention",editor_attention_only_help:"The card is hidden while everything is fine.",editor_critical:"Almost used up from",editor_devices:"Accounts",editor_devices_help:"Without a choice all accounts are shown.",editor_layout:"Layout",editor_layout_compact:"Compact",editor_layout_detailed:"Detailed",editor_order:"Order",editor_order_attention:"What needs attention first",editor_order_provider:"By provider",editor_show_balances:"Show balances",editor_show_pace:"Show pace",editor_show_pace_help:"A mark on each bar shows where the use should be by now.",editor_title:"Title",editor_warning:"Running low from",empty:"No AI plan has been set up yet.",empty_action:"Add an account",expected:"{share} expected by now",expires_in:"Expires in {time}",gone:"The accounts of this card no longer exist.",history:"Used share, last 7 days",invalid_choice:'"{key}" has to be one of: {choices}.',invalid_devices:'"devices" has to be a list of devices.',invalid_thresholds:'"warning" and "critical" have to be percentages, the first one not above the second.',less_than_a_minute:"< 1 min",level_critical:"Almost used up",level_exhausted:"Used up",level_warning:"Running low",none:"Nothing needs attention.",overview:"Overview",pace_exhausts:"Will run out early",pace_exhausts_in:"At this pace empty in {time}",pace_lasts:"Lasts until the reset",resets_in:"Resets in {time}",resets_now:"About to reset",show:"Show details",sign_in:"Sign in again",stale:"{time} old",stale_unknown:"No current figures",unit_characters:"characters",unit_credits:"credits",unit_hours:"hours",unit_messages:"messages",unit_points:"points",unit_requests:"requests",unit_tokens:"tokens",unknown:"Unknown",used:"{share} used",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Daily",window_extra_usage:"Extra usage",window_key:"API key",window_monthly:"Monthly",window_quota:"Quota",window_renewal:"Until renewal",window_session:"Session",window_weekly:"Weekly"};var kt={de:Ze,en:G};function g(i){let e=kt[i.split("-")[0]??""]??G;return(t,n={})=>e[t].replace(/{(\w+)}/g,(s,r)=>n[r]??"")}function C(i){return i in G}var N="ai-quota-card",_e=["detailed","compact"],ye=["provider","attention"],ve={layout:"detailed",devices:[],order:"provider",attention_only:!1,warning:80,critical:95,show_pace:!0,show_balances:!0};function Ye(i,e){let t={...ve,...i},n=g(e),s=(r,o)=>{if(!o.includes(t[r]))throw new Error(n("invalid_choice",{key:r,choices:o.join(", ")}))};if(s("layout",_e),s("order",ye),!Array.isArray(t.devices))throw new Error(n("invalid_devices"));if(!(0<t.warning&&t.warning<=t.critical&&t.critical<=100))throw new Error(n("invalid_thresholds"));return t}function Z({warning:i,critical:e}){return{warning:i,critical:e}}var Y="ai_quota",Ct=36e5,Tt=Ct,Rt=3,Ot=1.02,Je=["unknown","ok","warning","critical","exhausted"],Ut=["maintenance","minor","major","critical"];function Qe(i,e=[]){let t=[...zt(i)].flatMap(([s,r])=>{let o=i.devices[s];return o&&(!e.length||e.includes(s))?[Lt(i,o,r)]:[]}),n=s=>`${s.provider} ${s.ownName??s.label}`;return t.sort((s,r)=>e.length?e.indexOf(s.deviceId)-e.indexOf(r.deviceId):n(s).localeCompare(n(r),i.language))}function zt(i){let e=new Map;for(let t of Object.values(i.entities))t.platform===Y&&t.device_id&&e.set(t.device_id,[...e.get(t.device_id)??[],t]);return e}function Lt(i,e,t){let n=Object.fromEntries(t.map(o=>[o.translation_key??"",o.entity_id])),s=o=>I(i.states[n[o]??""]),r=e.manufacturer??e.name??"";return{deviceId:e.id,provider:r,label:Pt(e.name??"",r),ownName:e.name_by_user??void 0,plan:e.model??void 0,windows:Mt(i,t),figures:jt(i,t),fetchedAt:H(s("last_success")?.state),needsSignIn:s("sign_in_needed")?.state==="on",trouble:Wt(s("service_status")),own:n,entityIds:t.map(o=>o.entity_id)}}function Pt(i,e){let t=i.startsWith(e)?i.slice(e.length).trim():i;return/^\((.*)\)$/.exec(t)?.[1]??t}var Xe=/^(window(?:_.+?)?)_(used|resets_at|expires_at|remaining|limit|pace|projected|runs_out_at|runs_out|burn_rate|low|exhausted)$/;function Mt(i,e){let t=new Map;for(let n of e){let s=i.states[n.entity_id]?.attributes.window_id,r=Xe.exec(n.translation_key??"")?.[2];typeof s=="string"&&r&&t.set(s,(t.get(s)??new Map).set(r,n))}return[...t].flatMap(([n,s])=>Nt(i,n,s)??[])}function Nt(i,e,t){let n=t.get("used")??t.get("resets_at")??t.get("expires_at");if(!n||n.hidden)return;let s=l=>I(i.states[t.get(l)?.entity_id??""]),r=s("used"),o=r?.attributes??{},a=A(o.duration_minutes);return{id:e,name:Dt(i,n),entityId:n.entity_id,usedShare:A(r?.state),used:A(o.used),limit:A(o.limit),remaining:A(o.remaining),unit:xe(o.unit),resetsAt:H(o.resets_at)??H(s("resets_at")?.state),expiresAt:H(s("expires_at")?.state),duration:a&&a*6e4,toldPace:Ht(i,t)}}function Ht(i,e){let t=e.get("pace");if(!t)return;let n=I(i.states[t.entity_id])?.attributes??{},s=A(n.expected),r=I(i.states[e.get("runs_out_at")?.entity_id??""])?.state;return s===void 0?null:{expected:s,lasts:n.lasts===!0,runsOutAt:H(n.runs_out_at??r)}}function Dt(i,e){let t=e.translation_key??"",n=xe(i.states[e.entity_id]?.attributes.window_name)??e.name??"",s=/\(([^()]+)\)$/.exec(n)?.[1],r=i.localize(`component.${Y}.entity.sensor.${t}.name`,{scope:s,window:n});if(e.name&&r&&It(i.language,i.config.language)&&e.name!==r)return e.name;let o=(Xe.exec(t)?.[1]??"").replace(/_scoped$/,"");if(!C(o))return n;let a=g(i.language)(o);return t.includes("_scoped_")?`${a} (${s})`:a}function It(i,e){return i.split("-")[0]===e.split("-")[0]}function jt(i,e){return e.flatMap(t=>{let s=I(i.states[t.entity_id])?.attributes.metric_kind,r=t.translation_key!=="metric_expires_at";return typeof s=="string"&&r&&!t.hidden?[{entityId:t.entity_id,kind:s,name:t.name??""}]:[]})}function Wt(i){let e=Ut.find(t=>t===i?.state);return i&&e?{entityId:i.entity_id,level:e,description:xe(i.attributes.description)}:void 0}function I(i){return i&&i.state!=="unavailable"&&i.state!=="unknown"?i:void 0}function A(i){let e=typeof i=="string"&&i.trim()?Number(i):i;return typeof e=="number"&&Number.isFinite(e)?e:void 0}function xe(i){return typeof i=="string"&&i?i:void 0}function H(i){return typeof i=="string"?A(Date.parse(i)):void 0}function be(i,{warning:e,critical:t}){return i===void 0?"unknown":i>=100?"exhausted":i>=t?"critical":i>=e?"warning":"ok"}function we(i,e){let t=i.windows.map(n=>Je.indexOf(be(n.usedShare,e)));return Je[Math.max(0,...t)]??"unknown"}function $e(i,e){return i.windows.length>0&&i.windows.every(n=>Ft(n))||i.fetchedAt!==void 0&&e-i.fetchedAt>Tt}function Ft(i){return i.usedShare===void 0&&i.resetsAt===void 0&&i.expiresAt===void 0}function D(i,e,t){let n=we(i,e);return i.needsSignIn?6:n==="exhausted"||n==="critical"?n==="exhausted"?5:4:i.trouble&&i.trouble.level!=="maintenance"?3:n==="warning"?2:$e(i,t)?1:0}function et(i,e,t){let n=new Map;for(let r of i)n.set(r.provider,Math.max(n.get(r.provider)??0,D(r,e,t)));let s=[...new Set(i.map(r=>r.provider))];return[...i].sort((r,o)=>(n.get(o.provider)??0)-(n.get(r.provider)??0)||s.indexOf(r.provider)-s.indexOf(o.provider)||D(o,e,t)-D(r,e,t))}function tt(i,e){let{duration:t,resetsAt:n,toldPace:s,usedShare:r}=i;if(n!==void 0&&n<=e)return;if(s!==void 0)return s??void 0;if(!t||n===void 0||r===void 0||n-e>Ot*t)return;let o=Math.max(0,t-(n-e)),a=100*o/t;if(a<Rt)return;let l=e+o*(100-r)/r,d=r<=0||l>=n;return{expected:a,lasts:d,runsOutAt:d||r>=100?void 0:l}}var nt={number:{min:1,max:100,unit_of_measurement:"%",mode:"box"}};function st(){let i=g(document.documentElement.lang);return{schema:[{name:"title",selector:{text:{}}},{name:"devices",selector:{device:{multiple:!0,filter:{integration:Y}}}},Ae(it("layout",_e,i),it("order",ye,i)),Ae(T("warning",nt),T("critical",nt)),Ae(T("show_pace",{boolean:{}}),T("show_balances",{boolean:{}})),T("attention_only",{boolean:{}})],computeLabel:({name:e})=>Ee(`editor_${e}`,i),computeHelper:({name:e})=>Ee(`editor_${e}_help`,i)}}function T(i,e){return{name:i,selector:e,default:ve[i]}}function it(i,e,t){let n=e.map(s=>({value:s,label:Ee(`editor_${i}_${s}`,t)}));return T(i,{select:{mode:"dropdown",options:n}})}function Ae(...i){return{name:"",type:"grid",schema:i}}function Ee(i,e){return C(i)?e(i):void 0}var J=6e4,Se=60*J,ke=24*Se,Bt=1e5,rt={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],none:["en-US"],quote_decimal:["de-CH"],space_comma:["fr","sv","cs"],system:void 0};function Q(i,e){let t=i.number_format in rt?rt[i.number_format]:i.language;return new Intl.NumberFormat(t,i.number_format==="none"?{...e,useGrouping:!1}:e)}function j(i,e){let t=i>99&&i<100?99:Math.round(i);return Q(e,{style:"percent",maximumFractionDigits:0}).format(t/100)}function X(i,e,t,n){if(e&&/^[A-Z]{3}$/.test(e))return Q(t,{style:"currency",currency:e,currencyDisplay:"narrowSymbol"}).format(i);let s=Math.abs(i)>=Bt?{notation:"compact"}:{},r=Q(t,{maximumFractionDigits:1,...s}).format(i),o=`unit_${e}`;return e?`${r} ${C(o)?n(o):e}`:r}function at(i,e,t,n,s){let r=t!==void 0&&/^[A-Z]{3}$/.test(t);return s("amount_of",{used:X(i,r?t:void 0,n,s),limit:X(e,t,n,s)})}function ee(i,e,t){if(i<J)return t("less_than_a_minute");let n=Math.floor(i/ke),s=Math.floor(i%ke/Se),r=Math.floor(i%Se/J),o=[[n,"d"],[s,"h"],[n?0:r,"min"]],a=Q(e,{});return o.flatMap(([l,d])=>l?[`${a.format(l)} ${d}`]:[]).join(" ")}function lt(i,e){let t=Math.max(0,Math.floor(i/J)),s=[[Math.floor(t/1440),"day"],[Math.floor(t%1440/60),"hour"],[t>=1440?0:t%60,"minute"]].filter(([r])=>r>0);return(s.length?s:[[0,"minute"]]).map(([r,o])=>new Intl.NumberFormat(e.language,{style:"unit",unit:o,unitDisplay:"long"}).format(r)).join(", ")}function ct(i,e,{config:t,locale:n}){let s=n.time_zone==="server"?{timeZone:t.time_zone}:{},r={hour:"numeric",minute:"2-digit",...qt(n),...s},a=ot(i,s)===ot(e,s)?{}:i-e<6*ke&&i>e?{weekday:"short"}:{day:"numeric",month:"short"},l=n.time_format==="system"?void 0:n.language;return new Intl.DateTimeFormat(l,{...a,...r}).format(i)}function qt({time_format:i}){return i==="12"?{hourCycle:"h12"}:i==="24"?{hourCycle:"h23"}:{}}function ot(i,e){return new Intl.DateTimeFormat("en-CA",{dateStyle:"short",...e}).format(i)}var dt=ne`
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

  .fill.empty {
    min-width: 0;
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

  .notes > :empty {
    display: none;
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
    grid-template-columns: minmax(0, 5fr) minmax(40px, 7fr) 56px 68px;
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
`;var Kt="/config/integrations/integration/ai_quota",Vt="/config/integrations/dashboard/add?domain=ai_quota",Gt={unknown:"mdi:gauge-empty",ok:"mdi:gauge-low",warning:"mdi:gauge",critical:"mdi:gauge-full",exhausted:"mdi:timer-sand"},Ce=class extends v{constructor(){super();this.connectedWhileHidden=!0;this.accounts=[];new V(this)}static{this.styles=dt}static{this.properties={hass:{attribute:!1},preview:{type:Boolean},config:{state:!0}}}static{this.getConfigForm=st}static getStubConfig(){return{layout:"detailed"}}setConfig(t){this.config={...t,...Ye(t,document.documentElement.lang)}}getCardSize(){let t=this.accounts.map(n=>1+n.windows.length*(this.isCompact?.5:1));return Math.ceil(t.reduce((n,s)=>n+s,1))}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get isCompact(){return this.config.layout==="compact"}get text(){return g(this.hass.language)}shouldUpdate(t){if(!this.hass||!this.config)return!1;let n=t.get("hass");return t.size!==1||!n||this.concerns(n)}concerns(t){let n=this.hass;return["entities","devices","locale","language","localize","formatEntityState"].some(r=>t[r]!==n[r])||this.accounts.some(r=>r.entityIds.some(o=>t.states[o]!==n.states[o]))}willUpdate(){let t=Qe(this.hass,this.config.devices),n=Z(this.config),s=Date.now(),r=this.config.order==="attention"?et(t,n,s):t;this.accounts=this.config.attention_only?r.filter(o=>D(o,n,s)):r,this.setHidden(this.config.attention_only&&!this.accounts.length&&!this.preview)}setHidden(t){this.hidden!==t&&(this.hidden=t,this.dispatch("card-visibility-changed",{value:!t}))}render(){let{title:t}=this.config;return h`<ha-card class=${this.config.layout}>
      ${t?h`<h2 class="title">${t}</h2>`:c}
      ${this.accounts.length?h`<div class="accounts">${this.accounts.map((n,s)=>this.account(n,this.accounts[s-1]))}</div>`:this.empty()}
    </ha-card>`}empty(){let{attention_only:t,devices:n}=this.config;return n.length||t?h`<div class="empty">${this.text(n.length?"gone":"none")}</div>`:h`<div class="empty">
      <ha-icon icon="mdi:gauge-empty"></ha-icon>
      ${this.text("empty")}
      <a class="action" href=${Vt}>${this.text("empty_action")}</a>
    </div>`}account(t,n){let s=n?.provider===t.provider,r=this.accounts.some(u=>u!==t&&u.provider===t.provider),o=t.ownName??t.provider,a=[r&&!t.ownName&&t.label,t.plan].filter(Boolean).join(" · "),l=we(t,Z(this.config)),d=this.config.show_balances?Zt(t):[];return h`<section class="account ${s?"sibling":""}" aria-label=${[o,a].filter(Boolean).join(", ")}>
      <div class="head">
        ${this.isCompact?c:h`<span class="badge ${l}"><ha-icon icon=${Gt[l]} aria-hidden="true"></ha-icon></span>`}
        <div class="who">
          <h3 class="name" title=${o}>${o}</h3>
          ${a?h`<div class="about" title=${a}>${a}</div>`:c}
        </div>
        ${this.marks(t)}
      </div>
      ${t.windows.length?h`<ul class="windows">${t.windows.map(u=>this.window(u,o))}</ul>`:c}
      ${d.length?h`<ul class="figures">${d.map(u=>this.figure(u))}</ul>`:c}
    </section>`}marks(t){let n=$e(t,Date.now());return h`<div class="marks">
      ${t.needsSignIn?h`<a class="mark critical" href=${Kt}>
            <ha-icon icon="mdi:account-key" aria-hidden="true"></ha-icon><span>${this.text("sign_in")}</span>
          </a>`:c}
      ${t.trouble?this.trouble(t.trouble):c} ${n?this.stale(t):c}
    </div>`}trouble({description:t,entityId:n,level:s}){let r=this.hass.states[n],o={maintenance:"unknown",minor:"warning",major:"critical",critical:"critical"}[s];return h`<button class="mark ${o}" title=${t??c} @click=${()=>this.open(n)}>
      <ha-icon icon=${s==="maintenance"?"mdi:wrench":"mdi:cloud-alert"} aria-hidden="true"></ha-icon><span>${r&&this.hass.formatEntityState(r)}</span>
    </button>`}stale({fetchedAt:t,own:n}){let s=t&&ee(Date.now()-t,this.hass.locale,this.text),r=s?this.text("stale",{time:s}):this.text("stale_unknown"),o=n.last_success,a=h`<ha-icon icon="mdi:clock-alert-outline" aria-hidden="true"></ha-icon><span>${r}</span>`;return o?h`<button class="mark unknown" @click=${()=>this.open(o)}>${a}</button>`:h`<span class="mark plain unknown">${a}</span>`}window(t,n){let s=this.config.show_pace?tt(t,Date.now()):void 0,r=be(t.usedShare,Z(this.config)),o=t.usedShare===void 0?"–":j(t.usedShare,this.hass.locale),a=h`<span class="label" title=${t.name}>${t.name}</span>`,l=h`<span class="share" aria-hidden="true">${Yt(r)}${o}</span>`,d=this.bar(t,s,r,n),u=h`<button
      class="open"
      aria-label=${`${this.text("show")}: ${n}, ${t.name}`}
      @click=${()=>this.open(t.entityId)}
    ></button>`;return this.isCompact?h`<li class="window ${r}">
        ${a}${d}${l}<span class="time" aria-hidden="true">${this.timeLeft(t)}</span>${u}
      </li>`:h`<li class="window ${r}">
      <div class="line">${a}${l}</div>
      ${d}
      <div class="notes">
        <span title=${this.when(t)}>${this.until(t)}</span>
        <span>${this.levelText(r)??this.paceText(s,r)}</span>
        <span>${this.amounts(t)}</span>
      </div>
      ${u}
    </li>`}bar(t,n,s,r){let o=Math.min(100,Math.max(0,t.usedShare??0)),a=n&&Math.min(100,n.expected);return h`<div
      class="bar"
      role="meter"
      aria-label=${`${r}, ${t.name}`}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(o)}
      aria-valuetext=${this.spoken(t,n,s)}
    >
      <div class="fill ${o?"":"empty"}" style="width:${o}%"></div>
      ${a===void 0?c:h`<div
            class="expected"
            title=${this.text("expected",{share:j(a,this.hass.locale)})}
            style="inset-inline-start:${a}%"
          ></div>`}
    </div>`}figure({entityId:t,name:n}){let s=this.hass.states[t],r=s?this.hass.formatEntityState(s):"";return h`<li class="figure">
      <span class="label" title=${n}>${n}</span><span class="value">${r}</span>
      <button class="open" aria-label=${`${this.text("show")}: ${n}, ${r}`} @click=${()=>this.open(t)}></button>
    </li>`}spoken(t,n,s){let{locale:r}=this.hass,o=t.resetsAt??t.expiresAt,a=t.resetsAt?"resets_in":"expires_in";return[t.usedShare===void 0?this.text("unknown"):this.text("used",{share:j(t.usedShare,r)}),this.levelText(s),o&&this.text(a,{time:lt(o-Date.now(),r)}),n&&this.text("expected",{share:j(n.expected,r)}),this.paceText(n,s)].filter(Boolean).join(", ")}levelText(t){return t==="ok"||t==="unknown"?void 0:this.text(`level_${t}`)}paceText(t,n){if(!t||n==="exhausted")return;if(t.lasts)return this.text("pace_lasts");let s=t.runsOutAt&&t.runsOutAt-Date.now();return s?this.text("pace_exhausts_in",{time:ee(s,this.hass.locale,this.text)}):this.text("pace_exhausts")}timeLeft({expiresAt:t,resetsAt:n}){let s=n??t;return s===void 0?void 0:ee(s-Date.now(),this.hass.locale,this.text)}until(t){let{expiresAt:n,resetsAt:s}=t,r=this.timeLeft(t);return s&&s<=Date.now()?this.text("resets_now"):r&&this.text(s?"resets_in":n?"expires_in":"unknown",{time:r})}when({expiresAt:t,resetsAt:n}){let s=n??t;return s?ct(s,Date.now(),this.hass):c}amounts({limit:t,remaining:n,unit:s,used:r}){let{locale:o}=this.hass;return r!==void 0&&t!==void 0?at(r,t,s,o,this.text):n===void 0?void 0:this.text("amount_left",{amount:X(n,s,o,this.text)})}open(t){this.dispatch("hass-more-info",{entityId:t})}dispatch(t,n){this.dispatchEvent(new CustomEvent(t,{bubbles:!0,composed:!0,detail:n}))}};function Zt({figures:i,windows:e}){let t=i.filter(n=>n.kind==="balance");return t.length||e.length?t:i.slice(0,3)}function Yt(i){let e={warning:"mdi:alert",critical:"mdi:alert-octagon",exhausted:"mdi:alert-octagon"};return i in e?h`<ha-icon icon=${e[i]}></ha-icon>`:c}function ut(){customElements.get(N)||(customElements.define(N,Ce),(window.customCards??=[]).push({type:N,name:"AI Quota",preview:!0,get description(){return g(document.documentElement.lang)("description")},getEntitySuggestion:(i,e)=>{let{device_id:t,platform:n}=i.entities[e]??{};return t&&n==="ai_quota"?{config:{type:`custom:${N}`,devices:[t]}}:null}}))}ut();
