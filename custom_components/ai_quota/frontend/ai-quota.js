/*! AI Quota, MIT. Contains Lit, BSD-3-Clause: see LICENSE-lit.txt. */
var g=(n,e,t)=>()=>{if(t)throw t[0];try{return n&&(e=n(n=0)),e}catch(i){throw t=[i],i}};var te,ne,Ee,et,j,tt,Se,nt,ke,Ce=g(()=>{te=globalThis,ne=te.ShadowRoot&&(te.ShadyCSS===void 0||te.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,Ee=Symbol(),et=new WeakMap,j=class{constructor(e,t,i){if(this._$cssResult$=!0,i!==Ee)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(ne&&e===void 0){let i=t!==void 0&&t.length===1;i&&(e=et.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),i&&et.set(t,e))}return e}toString(){return this.cssText}},tt=n=>new j(typeof n=="string"?n:n+"",void 0,Ee),Se=(n,...e)=>{let t=n.length===1?n[0]:e.reduce((i,s,o)=>i+(r=>{if(r._$cssResult$===!0)return r.cssText;if(typeof r=="number")return r;throw Error("Value passed to 'css' function must be a 'css' function result: "+r+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+n[o+1],n[0]);return new j(t,n,Ee)},nt=(n,e)=>{if(ne)n.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let i=document.createElement("style"),s=te.litNonce;s!==void 0&&i.setAttribute("nonce",s),i.textContent=t.cssText,n.appendChild(i)}},ke=ne?n=>n:n=>n instanceof CSSStyleSheet?(e=>{let t="";for(let i of e.cssRules)t+=i.cssText;return tt(t)})(n):n});var gn,_n,yn,vn,wn,xn,ie,it,bn,$n,F,Te,ot,st,x,se=g(()=>{Ce();Ce();({is:gn,defineProperty:_n,getOwnPropertyDescriptor:yn,getOwnPropertyNames:vn,getOwnPropertySymbols:wn,getPrototypeOf:xn}=Object),ie=globalThis,it=ie.trustedTypes,bn=it?it.emptyScript:"",$n=ie.reactiveElementPolyfillSupport,F=(n,e)=>n,Te={toAttribute(n,e){switch(e){case Boolean:n=n?bn:null;break;case Object:case Array:n=n==null?n:JSON.stringify(n)}return n},fromAttribute(n,e){let t=n;switch(e){case Boolean:t=n!==null;break;case Number:t=n===null?null:Number(n);break;case Object:case Array:try{t=JSON.parse(n)}catch{t=null}}return t}},ot=(n,e)=>!gn(n,e),st={attribute:!0,type:String,converter:Te,reflect:!1,useDefault:!1,hasChanged:ot};Symbol.metadata??=Symbol("metadata"),ie.litPropertyMetadata??=new WeakMap;x=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=st){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let i=Symbol(),s=this.getPropertyDescriptor(e,i,t);s!==void 0&&_n(this.prototype,e,s)}}static getPropertyDescriptor(e,t,i){let{get:s,set:o}=yn(this.prototype,e)??{get(){return this[t]},set(r){this[t]=r}};return{get:s,set(r){let c=s?.call(this);o?.call(this,r),this.requestUpdate(e,c,i)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??st}static _$Ei(){if(this.hasOwnProperty(F("elementProperties")))return;let e=xn(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(F("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(F("properties"))){let t=this.properties,i=[...vn(t),...wn(t)];for(let s of i)this.createProperty(s,t[s])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[i,s]of t)this.elementProperties.set(i,s)}this._$Eh=new Map;for(let[t,i]of this.elementProperties){let s=this._$Eu(t,i);s!==void 0&&this._$Eh.set(s,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let i=new Set(e.flat(1/0).reverse());for(let s of i)t.unshift(ke(s))}else e!==void 0&&t.push(ke(e));return t}static _$Eu(e,t){let i=t.attribute;return i===!1?void 0:typeof i=="string"?i:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let i of t.keys())this.hasOwnProperty(i)&&(e.set(i,this[i]),delete this[i]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return nt(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,i){this._$AK(e,i)}_$ET(e,t){let i=this.constructor.elementProperties.get(e),s=this.constructor._$Eu(e,i);if(s!==void 0&&i.reflect===!0){let o=(i.converter?.toAttribute!==void 0?i.converter:Te).toAttribute(t,i.type);this._$Em=e,o==null?this.removeAttribute(s):this.setAttribute(s,o),this._$Em=null}}_$AK(e,t){let i=this.constructor,s=i._$Eh.get(e);if(s!==void 0&&this._$Em!==s){let o=i.getPropertyOptions(s),r=typeof o.converter=="function"?{fromAttribute:o.converter}:o.converter?.fromAttribute!==void 0?o.converter:Te;this._$Em=s;let c=r.fromAttribute(t,o.type);this[s]=c??this._$Ej?.get(s)??c,this._$Em=null}}requestUpdate(e,t,i,s=!1,o){if(e!==void 0){let r=this.constructor;if(s===!1&&(o=this[e]),i??=r.getPropertyOptions(e),!((i.hasChanged??ot)(o,t)||i.useDefault&&i.reflect&&o===this._$Ej?.get(e)&&!this.hasAttribute(r._$Eu(e,i))))return;this.C(e,t,i)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:i,reflect:s,wrapped:o},r){i&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,r??t??this[e]),o!==!0||r!==void 0)||(this._$AL.has(e)||(this.hasUpdated||i||(t=void 0),this._$AL.set(e,t)),s===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,o]of this._$Ep)this[s]=o;this._$Ep=void 0}let i=this.constructor.elementProperties;if(i.size>0)for(let[s,o]of i){let{wrapped:r}=o,c=this[s];r!==!0||this._$AL.has(s)||c===void 0||this.C(s,void 0,o,c)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(i=>i.hostUpdate?.()),this.update(t)):this._$EM()}catch(i){throw e=!1,this._$EM(),i}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};x.elementStyles=[],x.shadowRootOptions={mode:"open"},x[F("elementProperties")]=new Map,x[F("finalized")]=new Map,$n?.({ReactiveElement:x}),(ie.reactiveElementVersions??=[]).push("2.1.2")});function ft(n,e){if(!Me(n)||!n.hasOwnProperty("raw"))throw Error("invalid template strings array");return at!==void 0?at.createHTML(e):e}function O(n,e,t=n,i){if(e===$)return e;let s=i!==void 0?t._$Co?.[i]:t._$Cl,o=q(e)?void 0:e._$litDirective$;return s?.constructor!==o&&(s?._$AO?.(!1),o===void 0?s=void 0:(s=new o(n),s._$AT(n,t,i)),i!==void 0?(t._$Co??=[])[i]=s:t._$Cl=s),s!==void 0&&(e=O(n,s._$AS(n,e.values),s,i)),e}var Oe,rt,oe,at,Pe,b,Le,An,R,B,q,Me,pt,Re,W,ct,lt,C,dt,ut,mt,ze,m,gi,_i,$,h,ht,T,gt,K,re,z,P,ae,ce,le,de,_t,En,yt,U=g(()=>{Oe=globalThis,rt=n=>n,oe=Oe.trustedTypes,at=oe?oe.createPolicy("lit-html",{createHTML:n=>n}):void 0,Pe="$lit$",b=`lit$${Math.random().toFixed(9).slice(2)}$`,Le="?"+b,An=`<${Le}>`,R=document,B=()=>R.createComment(""),q=n=>n===null||typeof n!="object"&&typeof n!="function",Me=Array.isArray,pt=n=>Me(n)||typeof n?.[Symbol.iterator]=="function",Re=`[ 	
\f\r]`,W=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,ct=/-->/g,lt=/>/g,C=RegExp(`>|${Re}(?:([^\\s"'>=/]+)(${Re}*=${Re}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),dt=/'/g,ut=/"/g,mt=/^(?:script|style|textarea|title)$/i,ze=n=>(e,...t)=>({_$litType$:n,strings:e,values:t}),m=ze(1),gi=ze(2),_i=ze(3),$=Symbol.for("lit-noChange"),h=Symbol.for("lit-nothing"),ht=new WeakMap,T=R.createTreeWalker(R,129);gt=(n,e)=>{let t=n.length-1,i=[],s,o=e===2?"<svg>":e===3?"<math>":"",r=W;for(let c=0;c<t;c++){let a=n[c],d,u,l=-1,p=0;for(;p<a.length&&(r.lastIndex=p,u=r.exec(a),u!==null);)p=r.lastIndex,r===W?u[1]==="!--"?r=ct:u[1]!==void 0?r=lt:u[2]!==void 0?(mt.test(u[2])&&(s=RegExp("</"+u[2],"g")),r=C):u[3]!==void 0&&(r=C):r===C?u[0]===">"?(r=s??W,l=-1):u[1]===void 0?l=-2:(l=r.lastIndex-u[2].length,d=u[1],r=u[3]===void 0?C:u[3]==='"'?ut:dt):r===ut||r===dt?r=C:r===ct||r===lt?r=W:(r=C,s=void 0);let f=r===C&&n[c+1].startsWith("/>")?" ":"";o+=r===W?a+An:l>=0?(i.push(d),a.slice(0,l)+Pe+a.slice(l)+b+f):a+b+(l===-2?c:f)}return[ft(n,o+(n[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),i]},K=class n{constructor({strings:e,_$litType$:t},i){let s;this.parts=[];let o=0,r=0,c=e.length-1,a=this.parts,[d,u]=gt(e,t);if(this.el=n.createElement(d,i),T.currentNode=this.el.content,t===2||t===3){let l=this.el.content.firstChild;l.replaceWith(...l.childNodes)}for(;(s=T.nextNode())!==null&&a.length<c;){if(s.nodeType===1){if(s.hasAttributes())for(let l of s.getAttributeNames())if(l.endsWith(Pe)){let p=u[r++],f=s.getAttribute(l).split(b),_=/([.?@])?(.*)/.exec(p);a.push({type:1,index:o,name:_[2],strings:f,ctor:_[1]==="."?ae:_[1]==="?"?ce:_[1]==="@"?le:P}),s.removeAttribute(l)}else l.startsWith(b)&&(a.push({type:6,index:o}),s.removeAttribute(l));if(mt.test(s.tagName)){let l=s.textContent.split(b),p=l.length-1;if(p>0){s.textContent=oe?oe.emptyScript:"";for(let f=0;f<p;f++)s.append(l[f],B()),T.nextNode(),a.push({type:2,index:++o});s.append(l[p],B())}}}else if(s.nodeType===8)if(s.data===Le)a.push({type:2,index:o});else{let l=-1;for(;(l=s.data.indexOf(b,l+1))!==-1;)a.push({type:7,index:o}),l+=b.length-1}o++}}static createElement(e,t){let i=R.createElement("template");return i.innerHTML=e,i}};re=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:i}=this._$AD,s=(e?.creationScope??R).importNode(t,!0);T.currentNode=s;let o=T.nextNode(),r=0,c=0,a=i[0];for(;a!==void 0;){if(r===a.index){let d;a.type===2?d=new z(o,o.nextSibling,this,e):a.type===1?d=new a.ctor(o,a.name,a.strings,this,e):a.type===6&&(d=new de(o,this,e)),this._$AV.push(d),a=i[++c]}r!==a?.index&&(o=T.nextNode(),r++)}return T.currentNode=R,s}p(e){let t=0;for(let i of this._$AV)i!==void 0&&(i.strings!==void 0?(i._$AI(e,i,t),t+=i.strings.length-2):i._$AI(e[t])),t++}},z=class n{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,i,s){this.type=2,this._$AH=h,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=i,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=O(this,e,t),q(e)?e===h||e==null||e===""?(this._$AH!==h&&this._$AR(),this._$AH=h):e!==this._$AH&&e!==$&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):pt(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==h&&q(this._$AH)?this._$AA.nextSibling.data=e:this.T(R.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:i}=e,s=typeof i=="number"?this._$AC(e):(i.el===void 0&&(i.el=K.createElement(ft(i.h,i.h[0]),this.options)),i);if(this._$AH?._$AD===s)this._$AH.p(t);else{let o=new re(s,this),r=o.u(this.options);o.p(t),this.T(r),this._$AH=o}}_$AC(e){let t=ht.get(e.strings);return t===void 0&&ht.set(e.strings,t=new K(e)),t}k(e){Me(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,i,s=0;for(let o of e)s===t.length?t.push(i=new n(this.O(B()),this.O(B()),this,this.options)):i=t[s],i._$AI(o),s++;s<t.length&&(this._$AR(i&&i._$AB.nextSibling,s),t.length=s)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let i=rt(e).nextSibling;rt(e).remove(),e=i}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},P=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,i,s,o){this.type=1,this._$AH=h,this._$AN=void 0,this.element=e,this.name=t,this._$AM=s,this.options=o,i.length>2||i[0]!==""||i[1]!==""?(this._$AH=Array(i.length-1).fill(new String),this.strings=i):this._$AH=h}_$AI(e,t=this,i,s){let o=this.strings,r=!1;if(o===void 0)e=O(this,e,t,0),r=!q(e)||e!==this._$AH&&e!==$,r&&(this._$AH=e);else{let c=e,a,d;for(e=o[0],a=0;a<o.length-1;a++)d=O(this,c[i+a],t,a),d===$&&(d=this._$AH[a]),r||=!q(d)||d!==this._$AH[a],d===h?e=h:e!==h&&(e+=(d??"")+o[a+1]),this._$AH[a]=d}r&&!s&&this.j(e)}j(e){e===h?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},ae=class extends P{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===h?void 0:e}},ce=class extends P{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==h)}},le=class extends P{constructor(e,t,i,s,o){super(e,t,i,s,o),this.type=5}_$AI(e,t=this){if((e=O(this,e,t,0)??h)===$)return;let i=this._$AH,s=e===h&&i!==h||e.capture!==i.capture||e.once!==i.once||e.passive!==i.passive,o=e!==h&&(i===h||s);s&&this.element.removeEventListener(this.name,this,i),o&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},de=class{constructor(e,t,i){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=i}get _$AU(){return this._$AM._$AU}_$AI(e){O(this,e)}},_t={M:Pe,P:b,A:Le,C:1,L:gt,R:re,D:pt,V:O,I:z,H:P,N:ce,U:le,B:ae,F:de},En=Oe.litHtmlPolyfillSupport;En?.(K,z),(Oe.litHtmlVersions??=[]).push("3.3.3");yt=(n,e,t)=>{let i=t?.renderBefore??e,s=i._$litPart$;if(s===void 0){let o=t?.renderBefore??null;i._$litPart$=s=new z(e.insertBefore(B(),o),o,void 0,t??{})}return s._$AI(n),s}});var Ue,v,Sn,vt=g(()=>{se();se();U();U();Ue=globalThis,v=class extends x{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=yt(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return $}};v._$litElement$=!0,v.finalized=!0,Ue.litElementHydrateSupport?.({LitElement:v});Sn=Ue.litElementPolyfillSupport;Sn?.({LitElement:v});(Ue.litElementVersions??=[]).push("4.2.2")});var wt=g(()=>{});var ue=g(()=>{se();U();vt();wt()});var xt,bt,he,$t=g(()=>{xt={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},bt=n=>(...e)=>({_$litDirective$:n,values:e}),he=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,t,i){this._$Ct=e,this._$AM=t,this._$Ci=i}_$AS(e,t){return this.update(e,t)}update(e,t){return this.render(...t)}}});var kn,At,Et,H,A,Cn,St,kt,pe,Ct=g(()=>{U();({I:kn}=_t),At=n=>n,Et=()=>document.createComment(""),H=(n,e,t)=>{let i=n._$AA.parentNode,s=e===void 0?n._$AB:e._$AA;if(t===void 0){let o=i.insertBefore(Et(),s),r=i.insertBefore(Et(),s);t=new kn(o,r,n,n.options)}else{let o=t._$AB.nextSibling,r=t._$AM,c=r!==n;if(c){let a;t._$AQ?.(n),t._$AM=n,t._$AP!==void 0&&(a=n._$AU)!==r._$AU&&t._$AP(a)}if(o!==s||c){let a=t._$AA;for(;a!==o;){let d=At(a).nextSibling;At(i).insertBefore(a,s),a=d}}}return t},A=(n,e,t=n)=>(n._$AI(e,t),n),Cn={},St=(n,e=Cn)=>n._$AH=e,kt=n=>n._$AH,pe=n=>{n._$AR(),n._$AA.remove()}});var Tt,Rt,Ot=g(()=>{U();$t();Ct();Tt=(n,e,t)=>{let i=new Map;for(let s=e;s<=t;s++)i.set(n[s],s);return i},Rt=bt(class extends he{constructor(n){if(super(n),n.type!==xt.CHILD)throw Error("repeat() can only be used in text expressions")}dt(n,e,t){let i;t===void 0?t=e:e!==void 0&&(i=e);let s=[],o=[],r=0;for(let c of n)s[r]=i?i(c,r):r,o[r]=t(c,r),r++;return{values:o,keys:s}}render(n,e,t){return this.dt(n,e,t).values}update(n,[e,t,i]){let s=kt(n),{values:o,keys:r}=this.dt(e,t,i);if(!Array.isArray(s))return this.ut=r,o;let c=this.ut??=[],a=[],d,u,l=0,p=s.length-1,f=0,_=o.length-1;for(;l<=p&&f<=_;)if(s[l]===null)l++;else if(s[p]===null)p--;else if(c[l]===r[f])a[f]=A(s[l],o[f]),l++,f++;else if(c[p]===r[_])a[_]=A(s[p],o[_]),p--,_--;else if(c[l]===r[_])a[_]=A(s[l],o[_]),H(n,a[_+1],s[l]),l++,_--;else if(c[p]===r[f])a[f]=A(s[p],o[f]),H(n,s[l],s[p]),p--,f++;else if(d===void 0&&(d=Tt(r,f,_),u=Tt(c,l,p)),d.has(c[l]))if(d.has(c[p])){let w=u.get(r[f]),Ae=w!==void 0?s[w]:null;if(Ae===null){let Xe=H(n,s[l]);A(Xe,o[f]),a[f]=Xe}else a[f]=A(Ae,o[f]),H(n,s[l],Ae),s[w]=null;f++}else pe(s[p]),p--;else pe(s[l]),l++;for(;f<=_;){let w=H(n,a[_+1]);A(w,o[f]),a[f++]=w}for(;l<=p;){let w=s[l++];w!==null&&pe(w)}return this.ut=r,St(n,a),$}})});var Pt=g(()=>{Ot()});function Mt(){for(let n of N)n()}function Ne(){clearInterval(He),He=void 0,N.size&&!document.hidden&&(He=setInterval(Mt,15e3))}function Lt(){Ne(),document.hidden||Mt()}var N,He,me,zt=g(()=>{"use strict";N=new Set;me=class{constructor(e){this.host=e;this.listen=()=>this.host.requestUpdate();e.addController(this)}hostConnected(){N.size||document.addEventListener("visibilitychange",Lt),N.add(this.listen),Ne()}hostDisconnected(){N.delete(this.listen),N.size||document.removeEventListener("visibilitychange",Lt),Ne()}}});var Ht,Ut=g(()=>{Ht={amount_left:"{amount} übrig",amount_of:"{used} von {limit}",attention:"Braucht Aufmerksamkeit",dashboard_description:"Alle KI-Tarife: was Aufmerksamkeit braucht, jedes Kontingent, der Verlauf einer Woche",description:"Wie viel deiner KI-Tarife verbraucht ist, wann die Kontingente zurückgesetzt werden und ob du zu schnell bist",details:"Einzelheiten",editor_attention_only:"Nur was Aufmerksamkeit braucht",editor_attention_only_help:"Solange alles in Ordnung ist, wird die Karte nicht angezeigt.",editor_critical:"Fast verbraucht ab",editor_devices:"Konten",editor_devices_help:"Ohne Auswahl werden alle Konten gezeigt.",editor_layout:"Darstellung",editor_layout_compact:"Kompakt",editor_layout_detailed:"Ausführlich",editor_order:"Reihenfolge",editor_order_attention:"Was Aufmerksamkeit braucht, zuerst",editor_order_provider:"Nach Anbieter",editor_show_balances:"Guthaben zeigen",editor_show_pace:"Tempo zeigen",editor_show_pace_help:"Eine Marke auf jedem Balken zeigt, wo der Verbrauch jetzt liegen dürfte.",editor_title:"Titel",editor_warning:"Wird knapp ab",empty:"Es ist noch kein KI-Tarif eingerichtet.",empty_action:"Konto hinzufügen",expected:"{share} bis jetzt zu erwarten",expired:"Verfallen",expires_in:"Verfällt in {time}",gone:"Die Konten dieser Karte gibt es nicht mehr.",invalid_choice:"„{key}“ muss eines davon sein: {choices}.",invalid_devices:"„devices“ muss eine Liste von Geräten sein.",invalid_switch:"„{key}“ muss true oder false sein.",invalid_thresholds:"„warning“ und „critical“ müssen Prozentwerte sein, der erste nicht über dem zweiten.",less_than_a_minute:"< 1 min",level_critical:"Fast verbraucht",level_exhausted:"Verbraucht",level_warning:"Wird knapp",none:"Nichts braucht Aufmerksamkeit.",overview:"Übersicht",pace_exhausts:"Reicht nicht bis zum Zurücksetzen",pace_exhausts_in:"Bei diesem Tempo leer in {time}",pace_lasts:"Reicht bis zum Zurücksetzen",resets_in:"Reset in {time}",resets_now:"Reset steht an",show:"Einzelheiten zeigen",sign_in:"Neu anmelden",stale:"{time} alt",stale_unknown:"Keine aktuellen Angaben",unit_actions:"Aktionen",unit_characters:"Zeichen",unit_credits:"Credits",unit_flows:"Flows",unit_hours:"Stunden",unit_keys:"Schlüssel",unit_messages:"Nachrichten",unit_models:"Modelle",unit_points:"Punkte",unit_predictions:"Vorhersagen",unit_prompts:"Prompts",unit_requests:"Anfragen",unit_resets:"Zurücksetzungen",unit_sessions:"Sitzungen",unit_slots:"Plätze",unit_tokens:"Tokens",unknown:"Unbekannt",used:"{share} verbraucht",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Tag",window_extra_usage:"Zusatznutzung",window_key:"API-Schlüssel",window_monthly:"Monat",window_quota:"Kontingent",window_renewal:"Bis zur Verlängerung",window_session:"Sitzung",window_weekly:"Woche"}});var fe,Nt=g(()=>{fe={amount_left:"{amount} left",amount_of:"{used} of {limit}",attention:"Needs attention",dashboard_description:"All AI plans: what needs attention, every limit, a week of history",description:"How much of your AI plans is used, when the limits reset, and whether you go too fast",details:"Details",editor_attention_only:"Only what needs attention",editor_attention_only_help:"The card is hidden while everything is fine.",editor_critical:"Almost used up from",editor_devices:"Accounts",editor_devices_help:"Without a choice all accounts are shown.",editor_layout:"Layout",editor_layout_compact:"Compact",editor_layout_detailed:"Detailed",editor_order:"Order",editor_order_attention:"What needs attention first",editor_order_provider:"By provider",editor_show_balances:"Show balances",editor_show_pace:"Show pace",editor_show_pace_help:"A mark on each bar shows where the use should be by now.",editor_title:"Title",editor_warning:"Running low from",empty:"No AI plan has been set up yet.",empty_action:"Add an account",expected:"{share} expected by now",expired:"Expired",expires_in:"Expires in {time}",gone:"The accounts of this card no longer exist.",invalid_choice:'"{key}" has to be one of: {choices}.',invalid_devices:'"devices" has to be a list of devices.',invalid_switch:'"{key}" has to be true or false.',invalid_thresholds:'"warning" and "critical" have to be percentages, the first one not above the second.',less_than_a_minute:"< 1 min",level_critical:"Almost used up",level_exhausted:"Used up",level_warning:"Running low",none:"Nothing needs attention.",overview:"Overview",pace_exhausts:"Will run out early",pace_exhausts_in:"At this pace empty in {time}",pace_lasts:"Lasts until the reset",resets_in:"Resets in {time}",resets_now:"About to reset",show:"Show details",sign_in:"Sign in again",stale:"{time} old",stale_unknown:"No current figures",unit_actions:"actions",unit_characters:"characters",unit_credits:"credits",unit_flows:"flows",unit_hours:"hours",unit_keys:"keys",unit_messages:"messages",unit_models:"models",unit_points:"points",unit_predictions:"predictions",unit_prompts:"prompts",unit_requests:"requests",unit_resets:"resets",unit_sessions:"sessions",unit_slots:"slots",unit_tokens:"tokens",unknown:"Unknown",used:"{share} used",window_bonus:"Bonus",window_budget:"Budget",window_credits:"Credits",window_daily:"Daily",window_extra_usage:"Extra usage",window_key:"API key",window_monthly:"Monthly",window_quota:"Quota",window_renewal:"Until renewal",window_session:"Session",window_weekly:"Weekly"}});function y(n){let e=On[n.split("-")[0]??""]??fe;return(t,i={})=>e[t].replace(/{(\w+)}/g,(s,o)=>i[o]??"")}function D(n){return n in fe}var On,E=g(()=>{"use strict";Ut();Nt();On={de:Ht,en:fe}});function Dt(n){let e=V,t=([i,s])=>!It(s)&&JSON.stringify(s)!==JSON.stringify(e[i]);return{...Object.fromEntries(Object.entries(n).filter(t)),type:n.type}}function ge(n,e){let t=Object.fromEntries(Object.entries(n).filter(([,u])=>!It(u))),i={...V,...t,type:n.type},s=y(e),o=(u,l,p={})=>{if(!u)throw new Error(s(l,p))};for(let[u,l]of[["layout",De],["order",Ie]])o(l.includes(i[u]),"invalid_choice",{key:u,choices:l.join(", ")});for(let u of["attention_only","show_pace","show_balances"])o(typeof i[u]=="boolean","invalid_switch",{key:u});let{critical:r,devices:c,warning:a}=i;return o(Array.isArray(c)&&c.every(u=>typeof u=="string"),"invalid_devices"),o(typeof a=="number"&&typeof r=="number"&&0<a&&a<=r&&r<=100,"invalid_thresholds"),i}function It(n){return n==null||n===""}function M({warning:n,critical:e}){return{warning:n,critical:e}}var L,De,Ie,V,_e=g(()=>{"use strict";E();L="ai-quota-card",De=["detailed","compact"],Ie=["provider","attention"],V={layout:"detailed",devices:[],order:"provider",attention_only:!1,warning:80,critical:95,show_pace:!0,show_balances:!0}});function J(n,e=[]){let t=[...Hn(n)].flatMap(([c,a])=>{let d=n.devices?.[c];return d?[{device:d,entries:a,provider:d.manufacturer??d.name??""}]:[]}),i=({device:c})=>!e.length||e.includes(c.id),s=t.filter(i).map(({device:c,entries:a,provider:d})=>{let u=t.some(l=>l.device!==c&&l.provider===d);return{...Nn(n,c,a,d),hasSiblings:u}}),o=c=>`${c.provider} ${c.ownName??c.label}`,{compare:r}=new Intl.Collator(n.language);return s.sort((c,a)=>e.length?e.indexOf(c.deviceId)-e.indexOf(a.deviceId):r(o(c),o(a)))}function Hn(n){let e=new Map;for(let t of Object.values(n.entities??{}))t.platform===k&&t.device_id&&e.set(t.device_id,[...e.get(t.device_id)??[],t]);return e}function Nn(n,e,t,i){let s=Object.fromEntries(t.map(r=>[r.translation_key??"",r.entity_id])),o=r=>Q(n.states[s[r]??""]);return{deviceId:e.id,provider:i,label:Dn(e.name??"",i),ownName:e.name_by_user??void 0,plan:e.model??void 0,windows:jn(n,t),figures:Kn(n,t),fetchedAt:G(o("last_success")?.state),isSilent:In(n,t),needsSignIn:o("sign_in_needed")?.state==="on",trouble:Vn(o("service_status")),own:s,entityIds:t.map(r=>r.entity_id)}}function Dn(n,e){return(n.startsWith(e)?n.slice(e.length).trim():n).replace(/^\((.*)\)( \d+)?$/,"$1$2")}function In(n,e){let i=e.flatMap(s=>n.states[s.entity_id]??[]).filter(({attributes:s})=>"window_id"in s||"metric_id"in s);return i.length>0&&!i.some(Q)}function jn(n,e){let t=new Map;for(let i of e){let s=n.states[i.entity_id]?.attributes.window_id,o=Ft.exec(i.translation_key??"")?.[2];typeof s=="string"&&o&&t.set(s,(t.get(s)??new Map).set(o,i))}return[...t].flatMap(([i,s])=>Fn(n,i,s)??[])}function Fn(n,e,t){let i=t.get("used")??t.get("resets_at")??t.get("expires_at");if(!i||i.hidden)return;let s=a=>Q(n.states[t.get(a)?.entity_id??""]),o=s("used"),r=o?.attributes??{},c=S(r.duration_minutes);return{id:e,name:Bn(n,i),entityId:i.entity_id,usedShare:S(o?.state),used:S(r.used),limit:S(r.limit),remaining:S(r.remaining),unit:Y(r.unit),resetsAt:G(r.resets_at)??G(s("resets_at")?.state),expiresAt:G(s("expires_at")?.state),duration:c&&c*6e4,toldPace:Wn(n,t)}}function Wn(n,e){let t=e.get("pace");if(!t)return;let i=Q(n.states[t.entity_id])?.attributes??{},s=S(i.expected);return s===void 0?null:{expected:s,lasts:i.lasts===!0,runsOutAt:G(i.runs_out_at)}}function Bn(n,e){let t=e.translation_key??"",s=(Y(n.states[e.entity_id]?.attributes.window_name)??e.name??"").replace(/ usage$/,""),o=/^[^()]+ \((.+)\)$/.exec(s)?.[1]??"",r=n.localize(Wt(t),{scope:o,window:s});if(e.name&&r&&Bt(n)&&e.name!==r)return e.name;let c=(Ft.exec(t)?.[1]??"").replace(/_scoped$/,"");if(!D(c))return s;let a=y(n.language)(c);return t.includes("_scoped_")?`${a} (${o})`:a}function qn(n,e){let t=e.name??"",[i,s]=[/\((.+)\)/,/(\d+)/].map(r=>r.exec(t)?.[1]??""),o={days:s,metric:t,scope:i};return!Bt(n)&&n.localize(Wt(e.translation_key??""),o)||t}function Wt(n){return`component.${k}.entity.sensor.${n}.name`}function Bt({config:n,language:e}){return n.language.split("-")[0]===e.split("-")[0]}function Kn(n,e){return e.flatMap(t=>{let i=Q(n.states[t.entity_id]),s=Y(i?.attributes.metric_kind),o=S(i?.state),r=Y(i?.attributes.unit_of_measurement);return s&&o!==void 0&&!t.hidden?[{entityId:t.entity_id,kind:s,name:qn(n,t),value:o,unit:r}]:[]})}function Vn(n){let e=Un.find(t=>t===n?.state);return n&&e?{entityId:n.entity_id,level:e,description:Y(n.attributes.description)}:void 0}function Q(n){return n&&n.state!=="unavailable"&&n.state!=="unknown"?n:void 0}function S(n){let e=typeof n=="string"&&n.trim()?Number(n):n;return typeof e=="number"&&Number.isFinite(e)?e:void 0}function Y(n){return typeof n=="string"&&n?n:void 0}function G(n){return typeof n=="string"?S(Date.parse(n)):void 0}function ye(n,{warning:e,critical:t}){return n===void 0?"unknown":n>=100?"exhausted":n>=t?"critical":n>=e?"warning":"ok"}function je(n,e){let t=n.windows.map(i=>jt.indexOf(ye(i.usedShare,e)));return jt[Math.max(0,...t)]??"unknown"}function qt({fetchedAt:n,isSilent:e},t){return e||n!==void 0&&t-n>Ln}function Z(n,e){let t=je(n,e);return n.needsSignIn?6:t==="exhausted"||t==="critical"?t==="exhausted"?5:4:n.trouble&&n.trouble.level!=="maintenance"?3:t==="warning"?2:n.isSilent?1:0}function ve(n,e){let t=new Map;for(let s of n)t.set(s.provider,Math.max(t.get(s.provider)??0,Z(s,e)));let i=[...new Set(n.map(s=>s.provider))];return[...n].sort((s,o)=>(t.get(o.provider)??0)-(t.get(s.provider)??0)||i.indexOf(s.provider)-i.indexOf(o.provider)||Z(o,e)-Z(s,e))}function Kt(n,e){let{duration:t,resetsAt:i,toldPace:s,usedShare:o}=n;if(i!==void 0&&i<=e)return;if(s!==void 0)return s??void 0;if(!t||i===void 0||o===void 0||i-e>zn*t)return;let r=Math.max(0,t-(i-e)),c=100*r/t;if(c<Mn)return;let a=e+r*(100-o)/o,d=o<=0||a>=i;return{expected:c,lasts:d,runsOutAt:d||o>=100?void 0:a}}var k,Pn,Ln,Mn,zn,jt,Un,Ft,we=g(()=>{"use strict";E();k="ai_quota",Pn=36e5,Ln=Pn,Mn=3,zn=1.02,jt=["unknown","ok","warning","critical","exhausted"],Un=["maintenance","minor","major","critical"];Ft=/^(window(?:_.+?)?)_(used|resets_at|expires_at|remaining|limit|pace|projected|runs_out_at|runs_out|burn_rate|low|exhausted)$/});function Gn(n){return[{name:"title",selector:{text:{}}},{name:"devices",selector:{device:{multiple:!0,filter:{integration:k}}}},We(Gt("layout",De,n),Gt("order",Ie,n)),We(I("warning",Vt),I("critical",Vt)),We(I("show_pace",Fe),I("show_balances",Fe)),I("attention_only",Fe)]}function Gt(n,e,t){let i=e.map(s=>({value:s,label:Be(`editor_${n}_${s}`,t)}));return I(n,{select:{mode:"dropdown",options:i}})}function I(n,e){return{name:n,selector:e,default:V[n]}}function We(...n){return{name:"",type:"grid",schema:n}}function Be(n,e){return D(n)?e(n):void 0}var qe,Fe,Vt,xe,Zt=g(()=>{"use strict";ue();_e();E();we();qe="ai-quota-card-editor",Fe={boolean:{}},Vt={number:{min:1,max:100,unit_of_measurement:"%",mode:"box"}},xe=class extends v{static{this.properties={hass:{attribute:!1},config:{state:!0}}}setConfig(e){this.config=e}render(){if(!this.hass||!this.config)return h;let e=y(this.hass.language),{layout:t,order:i}=V;return m`<ha-form
      .hass=${this.hass}
      .data=${{layout:t,order:i,...this.config}}
      .schema=${Gn(e)}
      .computeLabel=${({name:s})=>Be(`editor_${s}`,e)}
      .computeHelper=${({name:s})=>Be(`editor_${s}_help`,e)}
      @value-changed=${this.change}
    ></ha-form>`}change(e){e.stopPropagation();let t=Dt(e.detail.value);this.dispatchEvent(new CustomEvent("config-changed",{bubbles:!0,composed:!0,detail:{config:t}}))}}});function Xt(n,e){let t=JSON.stringify(n),i=Jt.get(t)??e();return Jt.set(t,i),i}function X({language:n,number_format:e},t){let i=e in Yt?Yt[e]:n,s=e==="none"?{...t,useGrouping:!1}:t;return Xt(["number",i,s],()=>new Intl.NumberFormat(i,s))}function Ge(n,e){return Xt(["date",n,e],()=>new Intl.DateTimeFormat(n,e))}function $e(n,e){let t=n>99&&n<100?99:Math.round(n)+0;return X(e,{style:"percent",maximumFractionDigits:0}).format(t/100)}function ee(n,e,t,i){if(e&&/^[A-Z]{3}$/.test(e))return X(t,{style:"currency",currency:e}).format(n);let s=Math.abs(n)>=Zn?{notation:"compact"}:{},o=Math.abs(n)<10?2:1,r=X(t,{maximumFractionDigits:o,...s}).format(n),c=`unit_${e}`;return e?`${r} ${D(c)?i(c):e}`:r}function en(n,e,t,i,s){let o=t!==void 0&&/^[A-Z]{3}$/.test(t);return s("amount_of",{used:ee(n,o?t:void 0,i,s),limit:ee(e,t,i,s)})}function tn(n,e,t,i=!1){if(n<be)return t("less_than_a_minute");let s=Math.floor(n/Ve),o=Math.floor(n%Ve/Ke),r=Math.floor(n%Ke/be),c=[[s,"d"],[i&&s>=10?0:o,"h"],[s||i&&o>=10?0:r,"min"]],a=X(e,{});return c.flatMap(([d,u])=>d?[`${a.format(d)} ${u}`]:[]).join(" ")}function nn(n,e){let t=Math.max(0,Math.floor(n/be)),s=[[Math.floor(t/1440),"day"],[Math.floor(t%1440/60),"hour"],[t>=1440?0:t%60,"minute"]].filter(([o])=>o>0);return(s.length?s:[[0,"minute"]]).map(([o,r])=>X(e,{style:"unit",unit:r,unitDisplay:"long"}).format(o)).join(", ")}function sn(n,e,{config:t,locale:i}){let s=i.time_zone==="server"?{timeZone:t.time_zone}:{},o={hour:"numeric",minute:"2-digit",...Yn(i),...s},c=Qt(n,s)===Qt(e,s)?{}:n-e<6*Ve&&n>e?{weekday:"short"}:{day:"numeric",month:"short"};return Ge(i.language,{...c,...o}).format(n)}function Yn({time_format:n}){return n==="language"?{}:{hourCycle:(n==="system"?Ge(void 0,{hour:"numeric"}).resolvedOptions().hour12:n==="12")?"h12":"h23"}}function Qt(n,e){return Ge("en-CA",{dateStyle:"short",...e}).format(n)}var be,Ke,Ve,Zn,Yt,Jt,on=g(()=>{"use strict";E();be=6e4,Ke=60*be,Ve=24*Ke,Zn=1e5,Yt={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],none:["en-US"],quote_decimal:["de-CH"],space_comma:["fr","sv","cs"],system:void 0},Jt=new Map});var rn,an=g(()=>{"use strict";ue();rn=Se`
  :host {
    --ok: var(--ai-quota-ok-color, var(--success-color, #43a047));
    --warning: var(--ai-quota-warning-color, var(--warning-color, #ffa600));
    --critical: var(--ai-quota-critical-color, var(--error-color, #db4437));
    --quiet: var(--secondary-text-color, #727272);
    --track: color-mix(in srgb, var(--primary-text-color, #212121) 12%, transparent);
    --small: var(--ha-font-size-s, 12px);
    --medium: var(--ha-font-weight-medium, 500);
    display: block;
    height: 100%;
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
    overflow: hidden auto;
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
    color: var(--ink);
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
    border: 1px solid transparent; /* which forced colours show */
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
    padding-block: 1px;
    padding-inline: 7px 9px;
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
    color: var(--ink);
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
    color: var(--ink);
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
    box-shadow: inset 0 0 0 1px var(--ink);
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
    color: color-mix(in srgb, var(--warning) 60%, var(--primary-text-color));
  }

  /* The colour of a level for surfaces, and for what has to stand out from any surface: 3 : 1 with the default themes. */

  :is(.ok, .warning, .critical, .exhausted, .unknown) {
    --ink: color-mix(in srgb, var(--level) 60%, var(--primary-text-color));
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

  /* The texts there are run from left to right, also where the rest of the page does not. */

  :is(.marks, .notes) span,
  .time,
  .value {
    direction: ltr;
    unicode-bidi: isolate;
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
    margin-top: 4px;
  }

  .compact .window {
    align-items: center;
    display: grid;
    gap: 8px;
    grid-template-columns: minmax(0, 6fr) minmax(36px, 5fr) 58px 60px;
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

    .windows,
    .compact .windows {
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
      box-shadow: none;
      forced-color-adjust: none;
    }

    .expected {
      background: CanvasText;
      forced-color-adjust: none;
    }
  }
`});function ni({hasSiblings:n,label:e,ownName:t,provider:i}){return t?t.toLowerCase().includes(i.toLowerCase())?"":i:n?e:""}function ii({figures:n,windows:e}){let t=n.filter(i=>i.kind==="balance");return t.length||e.length?t:n.slice(0,3)}function cn(){customElements.get(L)||(customElements.define(L,Ze),customElements.define(qe,xe),(window.customCards??=[]).push({type:L,name:"AI Quota",preview:!0,documentationURL:Xn,get description(){return y(document.documentElement.lang)("description")},getEntitySuggestion:(n,e)=>{let{device_id:t,platform:i}=n.entities?.[e]??{};return t&&i===k?{config:{type:`custom:${L}`,devices:[t]}}:null}}))}var Jn,Qn,Xn,ei,ti,Ze,ln=g(()=>{"use strict";ue();Pt();zt();_e();Zt();on();E();we();an();Jn=`/config/integrations/integration/${k}`,Qn=`/config/integrations/dashboard/add?domain=${k}`,Xn="https://github.com/ai-quota/ai-quota#card-and-dashboard",ei={unknown:"mdi:gauge-empty",ok:"mdi:gauge-low",warning:"mdi:gauge",critical:"mdi:gauge-full",exhausted:"mdi:timer-sand"},ti={unknown:"",ok:"",warning:"mdi:alert",critical:"mdi:alert-octagon",exhausted:"mdi:alert-octagon"},Ze=class extends v{constructor(){super();this.accounts=[];this.watched=[];new me(this)}static{this.styles=rn}static{this.properties={hass:{attribute:!1},preview:{type:Boolean},config:{state:!0}}}static getConfigElement(){return document.createElement(qe)}static getStubConfig(){return{}}setConfig(t){this.config=ge(t,document.documentElement.lang)}get connectedWhileHidden(){return this.config.attention_only}getCardSize(){let i=(this.hass?this.find().shown:[]).map(s=>1+s.windows.length*(this.isCompact?.5:1));return Math.ceil(i.reduce((s,o)=>s+o,1))}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get isCompact(){return this.config.layout==="compact"}get text(){return y(this.hass.language)}shouldUpdate(t){if(!this.hass?.entities||!this.hass.devices||!this.config)return!1;let i=t.get("hass");return t.size!==1||!i||this.concerns(i)}concerns(t){let i=this.hass;return["entities","devices","locale","language","localize","formatEntityState"].some(o=>t[o]!==i[o])||this.watched.some(o=>t.states[o]!==i.states[o])}willUpdate(){let{found:t,shown:i}=this.find();this.watched=t.flatMap(s=>s.entityIds),this.accounts=i,this.setHidden(this.config.attention_only&&!i.length&&!this.preview)}find(){let{attention_only:t,devices:i,order:s}=this.config,o=J(this.hass,i),r=M(this.config),c=s==="attention"?ve(o,r):o;return{found:o,shown:t?c.filter(a=>Z(a,r)):c}}setHidden(t){this.hidden!==t&&(this.hidden=t,this.dispatch("card-visibility-changed",{value:!t}))}render(){let{title:t}=this.config;return m`<ha-card class=${this.config.layout}>
      ${t?m`<h2 class="title">${t}</h2>`:h}
      ${this.accounts.length?m`<div class="accounts">${this.rows()}</div>`:this.empty()}
    </ha-card>`}rows(){let t=(i,s)=>this.account(i,this.accounts[s-1]);return Rt(this.accounts,i=>i.deviceId,t)}empty(){let{attention_only:t,devices:i}=this.config;return i.length||t?m`<div class="empty">${this.text(i.length?"gone":"none")}</div>`:m`<div class="empty">
      <ha-icon icon="mdi:gauge-empty"></ha-icon>
      ${this.text("empty")}
      <a class="action" href=${Qn}>${this.text("empty_action")}</a>
    </div>`}account(t,i){let s=i?.provider===t.provider,o=t.ownName??t.provider,r=[ni(t),t.plan].filter(Boolean).join(" · "),c=je(t,M(this.config)),a=this.shownWindows(t),d=this.config.show_balances&&!this.config.attention_only?ii(t):[],u=t.windows.length?ei[c]:"mdi:wallet-outline";return m`<section class="account ${s?"sibling":""}" aria-label=${[o,r].filter(Boolean).join(", ")}>
      <div class="head">
        ${this.isCompact?h:m`<span class="badge ${c}"><ha-icon icon=${u} aria-hidden="true"></ha-icon></span>`}
        <div class="who">
          <h3 class="name" title=${o}>${o}</h3>
          ${r?m`<div class="about" title=${r}>${r}</div>`:h}
        </div>
        ${this.marks(t)}
      </div>
      ${a.length?m`<ul class="windows">${a.map(l=>this.window(l,o))}</ul>`:h}
      ${d.length?m`<ul class="figures">${d.map(l=>this.figure(l))}</ul>`:h}
    </section>`}shownWindows({windows:t}){let i=s=>this.levelText(ye(s.usedShare,M(this.config)));return this.config.attention_only?t.filter(i):t}marks(t){let i=qt(t,Date.now());return m`<div class="marks">
      ${t.needsSignIn?m`<a class="mark critical" href=${Jn}>
            <ha-icon icon="mdi:account-key" aria-hidden="true"></ha-icon><span>${this.text("sign_in")}</span>
          </a>`:h}
      ${t.trouble?this.trouble(t.trouble):h} ${i?this.stale(t):h}
    </div>`}trouble({description:t,entityId:i,level:s}){let o=this.hass.states[i],r={maintenance:"unknown",minor:"warning",major:"critical",critical:"critical"}[s];return m`<button class="mark ${r}" title=${t??h} @click=${()=>this.open(i)}>
      <ha-icon icon=${s==="maintenance"?"mdi:wrench":"mdi:cloud-alert"} aria-hidden="true"></ha-icon><span>${o&&this.hass.formatEntityState(o)}</span>
    </button>`}stale({fetchedAt:t,own:i}){let s=t&&this.length(Date.now()-t),o=s?this.text("stale",{time:s}):this.text("stale_unknown"),r=i.last_success,c=m`<ha-icon icon="mdi:clock-alert-outline" aria-hidden="true"></ha-icon><span>${o}</span>`;return r?m`<button class="mark unknown" @click=${()=>this.open(r)}>${c}</button>`:m`<span class="mark plain unknown">${c}</span>`}window(t,i){let s=this.config.show_pace?Kt(t,Date.now()):void 0,o=ye(t.usedShare,M(this.config)),r=t.usedShare===void 0?"–":$e(t.usedShare,this.hass.locale),c=m`<span class="label">${t.name}</span>`,a=this.levelText(o),d=m`<span class="share" aria-hidden="true">
      ${a?m`<ha-icon icon=${ti[o]}></ha-icon>`:h}
      ${a&&!this.isCompact?m`<span class="note">${a}</span>`:h}
      <span>${r}</span>
    </span>`,u=this.bar(t,s,o,i),l=m`<button
      class="open"
      aria-label=${`${this.text("show")}: ${i}, ${t.name}`}
      title=${this.hint(t,s,a)}
      @click=${()=>this.open(t.entityId)}
    ></button>`;if(this.isCompact){let p=t.resetsAt??t.expiresAt,f=p===void 0?h:this.length(p-Date.now(),!0);return m`<li class="window ${o}">
        ${c}${u}${d}<span class="time" aria-hidden="true">${f}</span>${l}
      </li>`}return m`<li class="window ${o}">
      <div class="line">${c}${d}</div>
      ${u}
      <div class="notes" aria-hidden="true">
        <span>${this.until(t,p=>this.length(p))}</span>
        <span>${this.amounts(t)}</span>
        ${s&&!s.lasts&&o!=="exhausted"?m`<span class="ahead"><ha-icon icon="mdi:speedometer"></ha-icon>${this.paceText(s,o)}</span>`:h}
      </div>
      ${l}
    </li>`}bar(t,i,s,o){let r=Math.min(100,Math.max(0,t.usedShare??0)),c=i&&Math.min(100,i.expected);return m`<div
      class="bar"
      role="meter"
      aria-label=${`${o}, ${t.name}`}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(r)}
      aria-valuetext=${this.spoken(t,i,s)}
    >
      ${r?m`<div class="fill" style="width:${r}%"></div>`:h}
      ${c===void 0?h:m`<div class="expected" style="inset-inline-start:${c}%"></div>`}
    </div>`}figure(t){let{entityId:i,name:s}=t,o=ee(t.value,t.unit,this.hass.locale,this.text);return m`<li class="figure">
      <span class="label" title=${s}>${s}</span><span class="value">${o}</span>
      <button class="open" aria-label=${`${this.text("show")}: ${s}, ${o}`} @click=${()=>this.open(i)}></button>
    </li>`}spoken(t,i,s){let o=t.usedShare;return[o===void 0?this.text("unknown"):this.text("used",{share:$e(o,this.hass.locale)}),this.levelText(s),this.amounts(t),this.until(t,r=>nn(r,this.hass.locale)),i&&this.expected(i),this.paceText(i,s)].filter(Boolean).join(", ")}hint(t,i,s){let o=t.resetsAt??t.expiresAt,r=o&&sn(o,Date.now(),this.hass),c=this.until(t,a=>this.length(a));return[t.name,s,c&&`${c} (${r})`,i&&this.expected(i)].filter(Boolean).join(`
`)}expected(t){return this.text("expected",{share:$e(t.expected,this.hass.locale)})}length(t,i=!1){return tn(t,this.hass.locale,this.text,i)}levelText(t){return t==="ok"||t==="unknown"?void 0:this.text(`level_${t}`)}paceText(t,i){if(!t||i==="exhausted")return;if(t.lasts)return this.text("pace_lasts");let s=t.runsOutAt&&t.runsOutAt-Date.now();return s?this.text("pace_exhausts_in",{time:this.length(s)}):this.text("pace_exhausts")}until({expiresAt:t,resetsAt:i},s){let o=i??t;if(o===void 0)return;let r=o-Date.now();return r<=0?this.text(i===void 0?"expired":"resets_now"):this.text(i===void 0?"expires_in":"resets_in",{time:s(r)})}amounts({limit:t,remaining:i,unit:s,used:o}){let{locale:r}=this.hass;return o!==void 0&&t!==void 0?en(o,t,s,r,this.text):i===void 0?void 0:this.text("amount_left",{amount:ee(i,s,r,this.text)})}open(t){this.dispatch("hass-more-info",{entityId:t})}dispatch(t,i){this.dispatchEvent(new CustomEvent(t,{bubbles:!0,composed:!0,detail:i}))}}});function dn(n,e){let t=y(e.language),i=[{title:t("overview"),path:"overview",icon:"mdi:gauge",strategy:{...n,view:"overview"}},{title:t("details"),path:"details",icon:"mdi:chart-line",strategy:{...n,view:"details"}}];return{views:J(e,n.devices).length?i:i.slice(0,1)}}function un({type:n,view:e,...t},i){let s={...t,type:`custom:${L}`},o=ge(s,i.language),r=J(i,o.devices);return r.length?e==="details"?ri(r,i):oi(ve(r,M(o)),s,i):{type:"panel",cards:[s]}}function oi(n,e,t){let i=y(t.language)("attention"),s={...e,title:i,layout:"compact",attention_only:!0,order:"attention"},r=[...new Set(n.map(d=>d.provider))].map(d=>({...e,devices:n.filter(u=>u.provider===d).map(u=>u.deviceId)})),c={type:"grid",column_span:Ye,cards:[{...s,grid_options:{columns:"full"}}]},a=r.map(d=>({type:"grid",cards:[d]}));return{type:"sections",max_columns:Ye,sections:[c,...a]}}function ri(n,e){return{type:"sections",max_columns:Ye,sections:n.map(t=>({type:"grid",cards:[ai(t),...ci(t),...li(t,e)]}))}}function ai(n){return{type:"heading",heading:n.ownName??[n.provider,n.label].filter(Boolean).join(" · "),tap_action:{action:"navigate",navigation_path:`/config/devices/device/${n.deviceId}`}}}function ci({windows:n}){let e=n.filter(t=>t.usedShare!==void 0).map(t=>({entity:t.entityId,name:t.name}));return e.length?[{type:"statistics-graph",entities:e,...si}]:[]}function li({figures:n,own:e},t){let i=["service_status","last_success","refresh"].flatMap(o=>e[o]??[]),s=[...n.map(o=>o.entityId),...i].map(o=>({entity:o,name:t.entities?.[o]?.name}));return s.length?[{type:"entities",entities:s}]:[]}var Ye,si,hn=g(()=>{"use strict";_e();E();we();Ye=4,si={chart_type:"line",days_to_show:7,min_y_axis:0,period:"hour",stat_types:["max"]}});function pn(){customElements.get("ll-strategy-dashboard-ai-quota")||(customElements.define("ll-strategy-dashboard-ai-quota",Je),customElements.define("ll-strategy-view-ai-quota",Qe),(window.customStrategies??=[]).push({type:"ai-quota",strategyType:"dashboard",name:"AI Quota",get description(){return y(document.documentElement.lang)("dashboard_description")}}))}var Je,Qe,mn=g(()=>{"use strict";hn();E();Je=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return dn(e,t)}},Qe=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(e,t){return un(e,t)}}});var di={};var fn=g(()=>{"use strict";ln();mn();cn();pn()});await customElements.whenDefined("home-assistant");await Promise.resolve().then(()=>(fn(),di));
