/** The texts of this module, in the language of the person. */

import de from "./translations/de.json";
import en from "./translations/en.json";

export type TextKey = keyof typeof en;
export type Localize = (key: TextKey, values?: Readonly<Record<string, string>>) => string;

const LANGUAGES: Readonly<Record<string, Readonly<Record<TextKey, string>>>> = { de, en };

/** Return the texts in a language such as "de" or "en-GB"; those of others are English. */
export function localize(language: string): Localize {
  const texts = LANGUAGES[language.split("-")[0] ?? ""] ?? en;
  return (key, values = {}) => texts[key].replace(/{(\w+)}/g, (_, name: string) => values[name] ?? "");
}

/** Return whether there is a text of this name, for names that are made up from data. */
export function isTextKey(key: string): key is TextKey {
  return key in en;
}
