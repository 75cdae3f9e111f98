/** The visual editor of the card: a form that shows what holds, and saves only what differs from the defaults. */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import { type CardConfig, DEFAULTS, LAYOUTS, ORDERS, type Settings, withoutDefaults } from "./config";
import { isTextKey, localize, type Localize } from "./localize";
import { PLATFORM } from "./model";
import type { Hass } from "./types";

export const EDITOR = "ai-quota-card-editor";

interface Field {
  name: "" | "title" | keyof Settings;
  selector?: object;
  /** What is shown while there is no value; a choice does not show it. */
  default?: unknown;
  type?: "grid";
  schema?: readonly Field[];
}

const SWITCH = { boolean: {} };
const PERCENT = { number: { min: 1, max: 100, unit_of_measurement: "%", mode: "box" } };

export class AiQuotaCardEditor extends LitElement {
  static override properties = { hass: { attribute: false }, config: { state: true } };

  declare hass?: Hass;
  declare private config?: CardConfig;

  setConfig(config: CardConfig): void {
    this.config = config;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.hass || !this.config) {
      return nothing;
    }
    const text = localize(this.hass.language);
    const { layout, order } = DEFAULTS;
    return html`<ha-form
      .hass=${this.hass}
      .data=${{ layout, order, ...this.config }}
      .schema=${fields(text)}
      .computeLabel=${({ name }: Field) => told(`editor_${name}`, text)}
      .computeHelper=${({ name }: Field) => told(`editor_${name}_help`, text)}
      @value-changed=${this.change}
    ></ha-form>`;
  }

  private change(event: CustomEvent<{ value: CardConfig }>): void {
    event.stopPropagation();
    const config = withoutDefaults(event.detail.value);
    this.dispatchEvent(new CustomEvent("config-changed", { bubbles: true, composed: true, detail: { config } }));
  }
}

function fields(text: Localize): readonly Field[] {
  return [
    { name: "title", selector: { text: {} } },
    { name: "devices", selector: { device: { multiple: true, filter: { integration: PLATFORM } } } },
    grid(choice("layout", LAYOUTS, text), choice("order", ORDERS, text)),
    grid(field("warning", PERCENT), field("critical", PERCENT)),
    grid(field("show_pace", SWITCH), field("show_balances", SWITCH)),
    field("attention_only", SWITCH),
  ];
}

function choice(name: "layout" | "order", values: readonly string[], text: Localize): Field {
  const options = values.map((value) => ({ value, label: told(`editor_${name}_${value}`, text) }));
  return field(name, { select: { mode: "dropdown", options } });
}

function field(name: keyof Settings, selector: object): Field {
  return { name, selector, default: DEFAULTS[name] };
}

function grid(...schema: Field[]): Field {
  return { name: "", type: "grid", schema };
}

function told(key: string, text: Localize): string | undefined {
  return isTextKey(key) ? text(key) : undefined;
}
