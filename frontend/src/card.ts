/** The card: a row for every account, a bar for every window. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { Clock } from "./clock";
import { CARD, type CardConfig, type Settings, settings, thresholds } from "./config";
import { AiQuotaCardEditor, EDITOR } from "./editor";
import { amount, amountOf, length, moment, share, spokenLength } from "./format";
import { localize, type Localize } from "./localize";
import {
  type Account,
  byUrgency,
  type Figure,
  isStale,
  type Level,
  levelOf,
  type Pace,
  paceOf,
  PLATFORM,
  readAccounts,
  type ServiceTrouble,
  urgency,
  type UsageWindow,
  worstLevel,
} from "./model";
import { styles } from "./styles";
import type { Hass } from "./types";

const INTEGRATION = `/config/integrations/integration/${PLATFORM}`;
const ADD = `/config/integrations/dashboard/add?domain=${PLATFORM}`;
const DOCUMENTATION = "https://github.com/ai-quota/ai-quota#card-and-dashboard";

const BADGES: Readonly<Record<Level, string>> = {
  unknown: "mdi:gauge-empty",
  ok: "mdi:gauge-low",
  warning: "mdi:gauge",
  critical: "mdi:gauge-full",
  exhausted: "mdi:timer-sand",
};

const WARNINGS: Readonly<Record<Level, string>> = {
  unknown: "",
  ok: "",
  warning: "mdi:alert",
  critical: "mdi:alert-octagon",
  exhausted: "mdi:alert-octagon",
};

export class AiQuotaCard extends LitElement {
  static override styles = styles;
  static override properties = { hass: { attribute: false }, preview: { type: Boolean }, config: { state: true } };

  declare hass: Hass;
  declare preview: boolean;
  declare private config: Settings & CardConfig;

  /** What is shown. */
  private accounts: Account[] = [];
  /** The entities on which that depends, those of accounts that are not shown just now among them. */
  private watched: string[] = [];

  constructor() {
    super();
    new Clock(this);
  }

  static getConfigElement(): HTMLElement {
    return document.createElement(EDITOR);
  }

  /** Return what a new card is set to: nothing, as it finds all accounts by itself. */
  static getStubConfig(): Partial<CardConfig> {
    return {};
  }

  setConfig(config: CardConfig): void {
    this.config = settings(config, document.documentElement.lang);
  }

  /** Let Home Assistant keep it in the page while it has hidden itself, so that it can come back. */
  get connectedWhileHidden(): boolean {
    return this.config.attention_only;
  }

  /** Return the height in steps of 50 pixels; asked for before there is anything in the page. */
  getCardSize(): number {
    const accounts = this.hass ? this.find().shown : [];
    const rows = accounts.map((account) => 1 + account.windows.length * (this.isCompact ? 0.5 : 1));
    return Math.ceil(rows.reduce((sum, each) => sum + each, 1));
  }

  getGridOptions(): object {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  private get isCompact(): boolean {
    return this.config.layout === "compact";
  }

  private get text(): Localize {
    return localize(this.hass.language);
  }

  // When to render

  protected override shouldUpdate(changed: PropertyValues): boolean {
    if (!this.hass?.entities || !this.hass.devices || !this.config) {
      return false;
    }
    const before = changed.get("hass") as Hass | undefined;
    return changed.size !== 1 || !before || this.concerns(before);
  }

  /** Return whether anything that the card shows may have changed. */
  private concerns(before: Hass): boolean {
    const now = this.hass;
    const parts = ["entities", "devices", "locale", "language", "localize", "formatEntityState"] as const;
    return (
      parts.some((part) => before[part] !== now[part]) ||
      this.watched.some((id) => before.states[id] !== now.states[id])
    );
  }

  protected override willUpdate(): void {
    const { found, shown } = this.find();
    this.watched = found.flatMap((account) => account.entityIds);
    this.accounts = shown;
    this.setHidden(this.config.attention_only && !shown.length && !this.preview);
  }

  /** Return the accounts that the card is about, and those of them that it shows. */
  private find(): { found: Account[]; shown: Account[] } {
    const { attention_only: attentionOnly, devices, order } = this.config;
    const found = readAccounts(this.hass, devices);
    const limits = thresholds(this.config);
    const sorted = order === "attention" ? byUrgency(found, limits) : found;
    return { found, shown: attentionOnly ? sorted.filter((each) => urgency(each, limits)) : sorted };
  }

  private setHidden(hidden: boolean): void {
    if (this.hidden !== hidden) {
      this.hidden = hidden;
      this.dispatch("card-visibility-changed", { value: !hidden });
    }
  }

  // What to render

  protected override render(): TemplateResult {
    const { title } = this.config;
    return html`<ha-card class=${this.config.layout}>
      ${title ? html`<h2 class="title">${title}</h2>` : nothing}
      ${this.accounts.length ? html`<div class="accounts">${this.rows()}</div>` : this.empty()}
    </ha-card>`;
  }

  /** Return a row for every account, which keeps its elements, and with them the focus, when the order changes. */
  private rows(): unknown {
    const row = (account: Account, at: number) => this.account(account, this.accounts[at - 1]);
    return repeat(this.accounts, (account) => account.deviceId, row);
  }

  private empty(): TemplateResult {
    const { attention_only: attentionOnly, devices } = this.config;
    if (devices.length || attentionOnly) {
      return html`<div class="empty">${this.text(devices.length ? "gone" : "none")}</div>`;
    }
    return html`<div class="empty">
      <ha-icon icon="mdi:gauge-empty"></ha-icon>
      ${this.text("empty")}
      <a class="action" href=${ADD}>${this.text("empty_action")}</a>
    </div>`;
  }

  private account(account: Account, previous: Account | undefined): TemplateResult {
    const isSibling = previous?.provider === account.provider;
    const name = account.ownName ?? account.provider;
    const about = [whose(account), account.plan].filter(Boolean).join(" · ");
    const level = worstLevel(account, thresholds(this.config));
    const windows = this.shownWindows(account);
    const figures = this.config.show_balances && !this.config.attention_only ? shownFigures(account) : [];
    const badge = account.windows.length ? BADGES[level] : "mdi:wallet-outline";
    return html`<section class="account ${isSibling ? "sibling" : ""}" aria-label=${[name, about].filter(Boolean).join(", ")}>
      <div class="head">
        ${this.isCompact
          ? nothing
          : html`<span class="badge ${level}"><ha-icon icon=${badge} aria-hidden="true"></ha-icon></span>`}
        <div class="who">
          <h3 class="name" title=${name}>${name}</h3>
          ${about ? html`<div class="about" title=${about}>${about}</div>` : nothing}
        </div>
        ${this.marks(account)}
      </div>
      ${windows.length ? html`<ul class="windows">${windows.map((each) => this.window(each, name))}</ul>` : nothing}
      ${figures.length ? html`<ul class="figures">${figures.map((each) => this.figure(each))}</ul>` : nothing}
    </section>`;
  }

  /** Return the windows of an account; only those that run low when it is shown because it needs attention. */
  private shownWindows({ windows }: Account): UsageWindow[] {
    const runsLow = (window: UsageWindow) => this.levelText(levelOf(window.usedShare, thresholds(this.config)));
    return this.config.attention_only ? windows.filter(runsLow) : windows;
  }

  private marks(account: Account): TemplateResult {
    const stale = isStale(account, Date.now());
    return html`<div class="marks">
      ${account.needsSignIn
        ? html`<a class="mark critical" href=${INTEGRATION}>
            <ha-icon icon="mdi:account-key" aria-hidden="true"></ha-icon><span>${this.text("sign_in")}</span>
          </a>`
        : nothing}
      ${account.trouble ? this.trouble(account.trouble) : nothing} ${stale ? this.stale(account) : nothing}
    </div>`;
  }

  private trouble({ description, entityId, level }: ServiceTrouble): TemplateResult {
    const state = this.hass.states[entityId];
    const severity = { maintenance: "unknown", minor: "warning", major: "critical", critical: "critical" }[level];
    const icon = level === "maintenance" ? "mdi:wrench" : "mdi:cloud-alert";
    return html`<button class="mark ${severity}" title=${description ?? nothing} @click=${() => this.open(entityId)}>
      <ha-icon icon=${icon} aria-hidden="true"></ha-icon><span>${state && this.hass.formatEntityState(state)}</span>
    </button>`;
  }

  private stale({ fetchedAt, own }: Account): TemplateResult {
    const age = fetchedAt && this.length(Date.now() - fetchedAt);
    const label = age ? this.text("stale", { time: age }) : this.text("stale_unknown");
    const entityId = own["last_success"];
    const inside = html`<ha-icon icon="mdi:clock-alert-outline" aria-hidden="true"></ha-icon><span>${label}</span>`;
    return entityId
      ? html`<button class="mark unknown" @click=${() => this.open(entityId)}>${inside}</button>`
      : html`<span class="mark plain unknown">${inside}</span>`;
  }

  private window(window: UsageWindow, account: string): TemplateResult {
    const pace = this.config.show_pace ? paceOf(window, Date.now()) : undefined;
    const level = levelOf(window.usedShare, thresholds(this.config));
    const used = window.usedShare === undefined ? "–" : share(window.usedShare, this.hass.locale);
    const label = html`<span class="label">${window.name}</span>`;
    const warning = this.levelText(level);
    const figure = html`<span class="share" aria-hidden="true">
      ${warning ? html`<ha-icon icon=${WARNINGS[level]}></ha-icon>` : nothing}
      ${warning && !this.isCompact ? html`<span class="note">${warning}</span>` : nothing}
      <span>${used}</span>
    </span>`;
    const bar = this.bar(window, pace, level, account);
    const opener = html`<button
      class="open"
      aria-label=${`${this.text("show")}: ${account}, ${window.name}`}
      title=${this.hint(window, pace, warning)}
      @click=${() => this.open(window.entityId)}
    ></button>`;
    if (this.isCompact) {
      const end = window.resetsAt ?? window.expiresAt;
      const time = end === undefined ? nothing : this.length(end - Date.now(), true);
      return html`<li class="window ${level}">
        ${label}${bar}${figure}<span class="time" aria-hidden="true">${time}</span>${opener}
      </li>`;
    }
    return html`<li class="window ${level}">
      <div class="line">${label}${figure}</div>
      ${bar}
      <div class="notes" aria-hidden="true">
        <span>${this.until(window, (ms) => this.length(ms))}</span>
        <span>${this.amounts(window)}</span>
        ${pace && !pace.lasts && level !== "exhausted"
          ? html`<span class="ahead"><ha-icon icon="mdi:speedometer"></ha-icon>${this.paceText(pace, level)}</span>`
          : nothing}
      </div>
      ${opener}
    </li>`;
  }

  private bar(window: UsageWindow, pace: Pace | undefined, level: Level, account: string): TemplateResult {
    const filled = Math.min(100, Math.max(0, window.usedShare ?? 0));
    const expected = pace && Math.min(100, pace.expected);
    return html`<div
      class="bar"
      role="meter"
      aria-label=${`${account}, ${window.name}`}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(filled)}
      aria-valuetext=${this.spoken(window, pace, level)}
    >
      ${filled ? html`<div class="fill" style="width:${filled}%"></div>` : nothing}
      ${expected === undefined
        ? nothing
        : html`<div class="expected" style="inset-inline-start:${expected}%"></div>`}
    </div>`;
  }

  private figure(figure: Figure): TemplateResult {
    const { entityId, name } = figure;
    const value = amount(figure.value, figure.unit, this.hass.locale, this.text);
    return html`<li class="figure">
      <span class="label" title=${name}>${name}</span><span class="value">${value}</span>
      <button class="open" aria-label=${`${this.text("show")}: ${name}, ${value}`} @click=${() => this.open(entityId)}></button>
    </li>`;
  }

  // Words

  /** Return what a voice says of a bar. */
  private spoken(window: UsageWindow, pace: Pace | undefined, level: Level): string {
    const used = window.usedShare;
    return [
      used === undefined ? this.text("unknown") : this.text("used", { share: share(used, this.hass.locale) }),
      this.levelText(level),
      this.amounts(window),
      this.until(window, (ms) => spokenLength(ms, this.hass.locale)),
      pace && this.expected(pace),
      this.paceText(pace, level),
    ]
      .filter(Boolean)
      .join(", ");
  }

  /** Return what a mouse finds out besides: the whole name, the warning, the moment of the end, the meaning of the mark. */
  private hint(window: UsageWindow, pace: Pace | undefined, warning: string | undefined): string {
    const end = window.resetsAt ?? window.expiresAt;
    const when = end && moment(end, Date.now(), this.hass);
    const until = this.until(window, (ms) => this.length(ms));
    return [window.name, warning, until && `${until} (${when})`, pace && this.expected(pace)].filter(Boolean).join("\n");
  }

  private expected(pace: Pace): string {
    return this.text("expected", { share: share(pace.expected, this.hass.locale) });
  }

  private length(ms: number, short = false): string {
    return length(ms, this.hass.locale, this.text, short);
  }

  private levelText(level: Level): string | undefined {
    return level === "ok" || level === "unknown" ? undefined : this.text(`level_${level}`);
  }

  private paceText(pace: Pace | undefined, level: Level): string | undefined {
    if (!pace || level === "exhausted") {
      return undefined;
    }
    if (pace.lasts) {
      return this.text("pace_lasts");
    }
    const left = pace.runsOutAt && pace.runsOutAt - Date.now();
    return left
      ? this.text("pace_exhausts_in", { time: this.length(left) })
      : this.text("pace_exhausts");
  }

  /** Return when a window resets or ends, with the time left as `say` puts it. */
  private until({ expiresAt, resetsAt }: UsageWindow, say: (ms: number) => string): string | undefined {
    const end = resetsAt ?? expiresAt;
    if (end === undefined) {
      return undefined;
    }
    const left = end - Date.now();
    if (left <= 0) {
      return this.text(resetsAt === undefined ? "expired" : "resets_now");
    }
    return this.text(resetsAt === undefined ? "expires_in" : "resets_in", { time: say(left) });
  }

  private amounts({ limit, remaining, unit, used }: UsageWindow): string | undefined {
    const { locale } = this.hass;
    if (used !== undefined && limit !== undefined) {
      return amountOf(used, limit, unit, locale, this.text);
    }
    return remaining === undefined
      ? undefined
      : this.text("amount_left", { amount: amount(remaining, unit, locale, this.text) });
  }

  // Acting

  private open(entityId: string): void {
    this.dispatch("hass-more-info", { entityId });
  }

  private dispatch(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
  }
}

/** Return what tells an account from others: its provider where its own name does not say it, else its label. */
function whose({ hasSiblings, label, ownName, provider }: Account): string {
  if (ownName) {
    return ownName.toLowerCase().includes(provider.toLowerCase()) ? "" : provider;
  }
  return hasSiblings ? label : "";
}

/** Return the balances of an account, or whatever figures there are when it has neither balance nor window. */
function shownFigures({ figures, windows }: Account): Figure[] {
  const balances = figures.filter((figure) => figure.kind === "balance");
  return balances.length || windows.length ? balances : figures.slice(0, 3);
}

export function registerCard(): void {
  if (customElements.get(CARD)) {
    return;
  }
  customElements.define(CARD, AiQuotaCard);
  customElements.define(EDITOR, AiQuotaCardEditor);
  (window.customCards ??= []).push({
    type: CARD,
    name: "AI Quota",
    preview: true,
    documentationURL: DOCUMENTATION,
    get description() {
      return localize(document.documentElement.lang)("description");
    },
    getEntitySuggestion: (hass: Hass, entityId: string) => {
      const { device_id: device, platform } = hass.entities?.[entityId] ?? {};
      return device && platform === PLATFORM ? { config: { type: `custom:${CARD}`, devices: [device] } } : null;
    },
  });
}
