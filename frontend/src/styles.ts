/** How the card looks: Home Assistant's own variables, so that it follows every theme. */

import { css } from "lit";

export const styles = css`
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
`;
