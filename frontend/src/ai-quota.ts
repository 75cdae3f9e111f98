/**
 * Waits for Home Assistant's own element. While it starts it replaces the browser's registry of elements, and whatever
 * was defined or derived before that is lost.
 */

await customElements.whenDefined("home-assistant");
await import("./elements");

export {};
