/** What this module uses of Home Assistant's front end. */

export interface EntityState {
  entity_id: string;
  state: string;
  attributes: Readonly<Record<string, unknown>>;
}

/** An entity as the registry has it for display; `name` is without the device's. */
export interface EntityEntry {
  entity_id: string;
  device_id?: string;
  hidden?: boolean;
  name?: string;
  platform?: string;
  translation_key?: string;
}

export interface Device {
  id: string;
  config_entries: string[];
  manufacturer: string | null;
  model: string | null;
  name: string | null;
  name_by_user: string | null;
}

export interface Locale {
  language: string;
  number_format: string;
  time_format: string;
  time_zone: string;
}

export interface Hass {
  config: { language: string; time_zone: string };
  /** The registries; null until they have been loaded. */
  devices: Readonly<Record<string, Device>> | null;
  entities: Readonly<Record<string, EntityEntry>> | null;
  formatEntityState(state: EntityState): string;
  language: string;
  locale: Locale;
  localize(key: string, values?: Record<string, unknown>): string;
  states: Readonly<Record<string, EntityState>>;
}

declare global {
  interface Window {
    customCards?: object[];
    customStrategies?: object[];
  }
}
