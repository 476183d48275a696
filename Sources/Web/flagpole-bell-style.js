// How the bell looks. Every colour and measure that a page may want to change is a custom property.

const css = `
:host {
    --accent: var(--flagpole-accent, light-dark(#0a5aa8, #74b6ff));
    --flag: var(--flagpole-badge, light-dark(#cf3a1c, #ff6b4a));
    --on-flag: var(--flagpole-badge-ink, light-dark(#ffffff, #1c0a05));
    --surface: var(--flagpole-surface, light-dark(#ffffff, #141d25));
    --hover: var(--flagpole-hover, light-dark(#f1f5f8, #1b2731));
    --ink: var(--flagpole-ink, light-dark(#13212d, #e4ebf1));
    --muted: var(--flagpole-muted, light-dark(#51626f, #9aabb8));
    --line: var(--flagpole-line, light-dark(#d3dce3, #2b3a46));
    --radius: var(--flagpole-radius, 10px);
    display: inline-block;
    position: relative;
    font: var(--flagpole-font, 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
    color: var(--ink);
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
button, a { font: inherit; color: inherit; }
button { border: 0; background: none; padding: 0; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 6px; }
svg { display: block; width: 100%; height: 100%; fill: none; stroke: currentColor; stroke-width: 1.75;
    stroke-linecap: round; stroke-linejoin: round; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap; }

.button { position: relative; display: block; padding: 8px; border-radius: 50%;
    width: var(--flagpole-size, 40px); height: var(--flagpole-size, 40px); color: inherit; }
.button:hover, .button[aria-expanded="true"] { background: var(--hover); }
.button:focus-visible { outline-offset: 1px; border-radius: 50%; }
.button.offline > svg { opacity: 0.5; }
.button.ringing > svg { animation: swing 700ms ease-in-out; transform-origin: 50% 15%; }
.badge { position: absolute; inset-block-start: 0; inset-inline-end: 0; min-width: 18px; padding: 0 5px;
    border-radius: 9px; background: var(--flag); color: var(--on-flag); font-size: 11px; line-height: 18px;
    font-weight: 700; font-variant-numeric: tabular-nums; text-align: center; }

.panel { position: absolute; z-index: var(--flagpole-z, 1000); inset-block-start: calc(100% + 6px);
    inset-inline-end: 0; width: var(--flagpole-width, 23rem); max-width: calc(100vw - 16px);
    max-height: min(var(--flagpole-max-height, 32rem), var(--room)); display: flex; flex-direction: column;
    border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); color: var(--ink);
    box-shadow: 0 8px 28px rgb(10 20 30 / 18%); overflow: hidden; text-align: start; }
.panel.from-start { inset-inline: 0 auto; }
.panel.above { inset-block: auto calc(100% + 6px); }
.panel:focus { outline: none; }
@media (max-width: 480px) {
    .panel, .panel.from-start { position: fixed; inset-inline: 8px; inset-block-start: var(--beside); width: auto; }
    .panel.above { inset-block: auto var(--beside); }
}
.header { display: flex; align-items: center; gap: 8px; padding: 10px 8px 10px 16px;
    padding-inline: 16px 8px; border-block-end: 1px solid var(--line); }
.heading { flex: 1; margin: 0; font-size: 15px; font-weight: 650; }
.mark-all, .older { padding: 4px 10px; border-radius: 6px; color: var(--accent); font-size: 13px; }
.mark-all:hover, .older:hover { background: var(--hover); }
.mark-all:disabled { color: var(--muted); cursor: default; background: none; }
.status { margin: 0; padding: 6px 16px; background: var(--hover); color: var(--muted); font-size: 13px; }
.status:empty { display: none; }
.scroller { overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; }
.list { margin: 0; padding: 0; list-style: none; }
.empty { margin: 0; padding: 28px 16px; color: var(--muted); text-align: center; }
.older { display: block; margin: 6px auto; }

.item { position: relative; display: grid; grid-template-columns: 1fr auto auto; align-items: start;
    padding-inline-end: 6px; border-block-end: 1px solid var(--line); }
.item:last-child { border-block-end: 0; }
.item:hover, .item:focus-within { background: var(--hover); }
.main { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 1px 10px; padding: 10px 0 10px;
    padding-inline-start: 30px; text-align: start; text-decoration: none; overflow-wrap: anywhere; }
.unread .main::before { content: ""; position: absolute; inset-inline-start: 12px; inset-block-start: 14px; width: 10px;
    height: 12px; background: var(--flag); clip-path: polygon(0 0, 100% 50%, 0 100%); }
.unread .main:dir(rtl)::before { scale: -1 1; }
.title { grid-column: 1; color: var(--muted); }
.unread .title { color: var(--ink); font-weight: 650; }
.time { grid-column: 2; grid-row: 1; color: var(--muted); font-size: 12px; line-height: 20px; white-space: nowrap;
    font-variant-numeric: tabular-nums; }
.message, .details { grid-column: 1 / -1; color: var(--muted); white-space: pre-line;
    display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.unread .message { color: var(--ink); }
.details { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; -webkit-line-clamp: 2; white-space: normal; }
a.main .title { text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }
.toggle, .remove { width: 28px; height: 28px; margin-block-start: 6px; padding: 6px; border-radius: 6px;
    color: var(--muted); }
.toggle:hover, .remove:hover { color: var(--accent); background: var(--surface); }
.unread .toggle svg { fill: currentColor; }
@media (hover: hover) {
    .toggle, .remove { opacity: 0; }
    .item:hover > *, .item:focus-within > * { opacity: 1; }
}

@keyframes swing { 20% { rotate: 14deg; } 45% { rotate: -11deg; } 70% { rotate: 6deg; } 90% { rotate: -3deg; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
@media (forced-colors: active) { .badge, .panel { border: 1px solid; } .unread .main::before { background: Highlight;
    forced-color-adjust: none; } }
`;

export const styleSheet = new CSSStyleSheet();
styleSheet.replaceSync(css);
