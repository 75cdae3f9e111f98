/** The form that Home Assistant's card editor shows. */

import { DEFAULTS, LAYOUTS, ORDERS } from "./config";
import { isTextKey, localize, type Localize } from "./localize";
import { PLATFORM } from "./model";

interface Field {
  name: string;
  selector: object;
  default?: unknown;
}

const PERCENT = { number: { min: 1, max: 100, unit_of_measurement: "%", mode: "box" } };

export function form(): object {
  const text = localize(document.documentElement.lang);
  return {
    schema: [
      { name: "title", selector: { text: {} } },
      { name: "devices", selector: { device: { multiple: true, filter: { integration: PLATFORM } } } },
      grid(choice("layout", LAYOUTS, text), choice("order", ORDERS, text)),
      grid(field("warning", PERCENT), field("critical", PERCENT)),
      grid(field("show_pace", { boolean: {} }), field("show_balances", { boolean: {} })),
      field("attention_only", { boolean: {} }),
    ],
    computeLabel: ({ name }: Field) => told(`editor_${name}`, text),
    computeHelper: ({ name }: Field) => told(`editor_${name}_help`, text),
  };
}

function field(name: keyof typeof DEFAULTS, selector: object): Field {
  return { name, selector, default: DEFAULTS[name] };
}

function choice(name: "layout" | "order", values: readonly string[], text: Localize): Field {
  const options = values.map((value) => ({ value, label: told(`editor_${name}_${value}`, text) }));
  return field(name, { select: { mode: "dropdown", options } });
}

function grid(...schema: Field[]): object {
  return { name: "", type: "grid", schema };
}

function told(key: string, text: Localize): string | undefined {
  return isTextKey(key) ? text(key) : undefined;
}
