/** The look of the payment frame, as a constructed style sheet: no inline style for a content policy to refuse. */

export const FRAME_STYLE = `
:root {
  --primary: #0b5fd0; --page: transparent; --background: #ffffff; --field: var(--background); --text: #1f2733;
  --text-secondary: #4d5866; --border: #767f8c; --danger: #b3261e; --radius: 6px; --unit: 4px;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; --font-size: 16px;
}
*, *::before, *::after { box-sizing: border-box; }
html { background: transparent; }
body { margin: 0; color: var(--text); font: var(--font-size)/1.4 var(--font); }
main { display: grid; gap: calc(var(--unit) * 4); padding: 3px; background: var(--page); overflow: hidden; }
.simulation {
  display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 10px 12px;
  border: 1px dashed #9a6700; border-radius: var(--radius); background: #fff6dd; color: #5c3d00; font-size: .875em;
}
.simulation p { margin: 0; flex: 1 1 230px; }
.simulation strong { text-transform: uppercase; letter-spacing: .06em; margin-inline-end: 6px; }
.simulation select { flex: 1 1 240px; background-color: #ffffff; border-color: #9a6700; color: #3d2900; }
main [role='tabpanel']:focus-visible { outline: 2px solid var(--primary); outline-offset: 1px; border-radius: var(--radius); }
.tabs { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: calc(var(--unit) * 2); }
.tabs button {
  display: flex; gap: 7px; align-items: center; min-width: 0; min-height: 48px; padding: 6px 10px;
  border: 1px solid var(--border); border-radius: var(--radius); background: var(--field); color: var(--text-secondary);
  font: inherit; font-size: .875em; font-weight: 500; line-height: 1.2; text-align: start; cursor: pointer;
}
.tabs button:hover { color: var(--text); }
.tabs button[aria-selected='true'] { border-color: var(--primary); box-shadow: inset 0 0 0 1px var(--primary); color: var(--primary); font-weight: 600; }
.tabs button[aria-disabled='true'] { cursor: not-allowed; opacity: .7; }
.tabs button:focus-visible { outline: 2px solid var(--primary); outline-offset: 1px; }
.tabs svg { flex: none; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
.method { display: grid; gap: calc(var(--unit) * 4); }
.note { margin: 0; color: var(--text-secondary); font-size: .875em; }
.fields { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); column-gap: calc(var(--unit) * 2); row-gap: calc(var(--unit) * 4); }
.field { display: flex; flex-direction: column; gap: 4px; min-width: 0; position: relative; grid-column: span 5; }
.fields.wide .field, .field.number { grid-column: 1 / -1; }
.field.number input { font-variant-numeric: tabular-nums; }
.field.country { grid-column: span 6; }
.field.postalCode { grid-column: span 4; }
label { font-size: .9375em; font-weight: 500; }
input, select {
  width: 100%; min-height: 46px; padding: 8px 12px; border: 1px solid var(--border); border-radius: var(--radius);
  background: var(--field); color: var(--text); font: inherit; appearance: none;
}
select {
  padding-inline-end: 34px; text-overflow: ellipsis; background-repeat: no-repeat;
  background-image: linear-gradient(45deg, transparent 50%, currentColor 50%),
    linear-gradient(-45deg, transparent 50%, currentColor 50%);
  background-size: 6px 6px; background-position: right 18px center, right 12px center;
}
input::placeholder { color: var(--text-secondary); opacity: 1; }
input:focus-visible, select:focus-visible {
  outline: 2px solid var(--primary); outline-offset: 1px; border-color: var(--primary);
}
#iban { font-variant-numeric: tabular-nums; }
[aria-invalid='true'] { border-color: var(--danger); box-shadow: inset 0 0 0 1px var(--danger); }
input:read-only, select:disabled { opacity: .6; cursor: not-allowed; }
.brand {
  position: absolute; top: 0; inset-inline-end: 0; padding: 1px 8px; border-radius: 4px;
  border: 1px solid var(--border); font-size: .75em; font-weight: 600; color: var(--text-secondary);
}
.brand:empty { display: none; }
.error { margin: 0; color: var(--danger); font-size: .875em; }
[hidden] { display: none !important; }
@media (max-width: 240px) { .field.field { grid-column: 1 / -1; } }
@media (forced-colors: active) { select { appearance: auto; background-image: none; } [aria-selected='true'] { outline: 2px solid Highlight; } }
`;
