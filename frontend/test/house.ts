/** A Home Assistant for the tests: devices with entities, and what their states say. */

import type { Device, EntityEntry, EntityState, Hass, Locale } from "../src/types";

export const NOW = Date.parse("2026-11-20T12:00:00Z");

export const ENGLISH: Locale = {
  language: "en",
  number_format: "language",
  time_format: "24",
  time_zone: "server",
};
export const GERMAN: Locale = { ...ENGLISH, language: "de" };

type Attributes = Record<string, unknown>;

/** Builds a Home Assistant piece by piece. */
export class House {
  private readonly devices: Record<string, Device> = {};
  private readonly entities: Record<string, EntityEntry> = {};
  private readonly states: Record<string, EntityState> = {};
  private readonly texts: Record<string, string> = {};

  device(id: string, provider: string, name = provider, more: Partial<Device> = {}): this {
    const device = { id, config_entries: [`entry-${id}`], manufacturer: provider, model: null, name, name_by_user: null };
    this.devices[id] = { ...device, ...more };
    return this;
  }

  entity(device: string, key: string, state: string, attributes: Attributes = {}, more: Partial<EntityEntry> = {}): this {
    const entity_id = `sensor.${device}_${key}_${Object.keys(this.entities).length}`;
    const entry = { entity_id, device_id: device, platform: "ai_quota", translation_key: key };
    this.entities[entity_id] = { ...entry, ...more };
    this.states[entity_id] = { entity_id, state, attributes };
    return this;
  }

  /** Add the sensor of a window's use; `resets` is in hours from now. */
  used(device: string, id: string, share: number | string, resets?: number, more: Attributes = {}): this {
    const resets_at = resets === undefined ? null : new Date(NOW + resets * 3_600_000).toISOString();
    const known = { window_id: id, window_name: id, resets_at, ...more };
    return this.entity(device, `window_${id}_used`, `${share}`, known, { name: `${id} usage` });
  }

  text(key: string, text: string): this {
    this.texts[key] = text;
    return this;
  }

  hass(locale: Locale = ENGLISH): Hass {
    const { devices, entities, states, texts } = this;
    return {
      config: { language: "en", time_zone: "Etc/UTC" },
      devices,
      entities,
      formatEntityState: (state) => state.state,
      language: locale.language,
      locale,
      localize: (key) => texts[key] ?? "",
      states,
    };
  }
}
