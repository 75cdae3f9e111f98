/** One clock for all elements: it ticks only while something listens and the page can be seen. */

import type { ReactiveController, ReactiveControllerHost } from "lit";

const TICK = 15_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  for (const listener of listeners) {
    listener();
  }
}

function adjust(): void {
  clearInterval(timer);
  timer = undefined;
  if (listeners.size && !document.hidden) {
    timer = setInterval(tick, TICK);
  }
}

function onVisibility(): void {
  adjust();
  if (!document.hidden) {
    tick();
  }
}

/** Updates an element as time goes by. */
export class Clock implements ReactiveController {
  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    if (!listeners.size) {
      document.addEventListener("visibilitychange", onVisibility);
    }
    listeners.add(this.listen);
    adjust();
  }

  hostDisconnected(): void {
    listeners.delete(this.listen);
    if (!listeners.size) {
      document.removeEventListener("visibilitychange", onVisibility);
    }
    adjust();
  }

  private readonly listen = (): void => this.host.requestUpdate();
}
