/** The look of a wallet's sheet, as a constructed style sheet. */

export const SHEET_STYLE = `
:root {
  --primary: #0b5fd0; --text: #1f2733; --soft: #4d5866; --border: #767f8c; --line: #d5dae1; --danger: #b3261e;
  --accent: #1f2733; --on-accent: #ffffff;
}
:root[data-wallet='link'] { --accent: #00d66f; --on-accent: #011e0f; }
:root[data-wallet='paypal'] { --accent: #0a3a8a; }
:root[data-wallet='klarna'] { --accent: #0b051d; }
:root[data-wallet='amazon_pay'] { --accent: #ffd814; --on-accent: #131a22; }
*, *::before, *::after { box-sizing: border-box; }
html, body { height: 100%; }
body { margin: 0; color: var(--text); background: #ffffff; font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
main { display: flex; flex-direction: column; height: 100%; }
.scroll { flex: 1; overflow: auto; padding: 16px; display: grid; gap: 20px; align-content: start; }
.simulation { margin: 0; padding: 10px 12px; border: 1px dashed #9a6700; border-radius: 8px; background: #fff6dd; color: #5c3d00; font-size: .875em; display: grid; gap: 6px; }
.simulation strong { text-transform: uppercase; letter-spacing: .06em; margin-inline-end: 6px; }
h2 { margin: 0; font-size: 1.125em; }
fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
legend, h3 { margin: 0 0 8px; padding: 0; font-size: .875em; font-weight: 600; color: var(--soft); }
.choices { border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.choice { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 2px 12px; align-items: center; padding: 12px; min-height: 48px; cursor: pointer; }
.choice + .choice { border-top: 1px solid var(--line); }
.choice:has(input:checked) { background: #eef4fd; }
.choice:has(input:disabled) { cursor: not-allowed; color: var(--soft); background: #f6f7f9; }
.choice:has(input:focus-visible) { outline: 2px solid var(--primary); outline-offset: -2px; }
.choice input { grid-row: span 2; width: 20px; height: 20px; margin: 0; accent-color: var(--primary); }
.choice input:focus-visible { outline: none; }
.choice b { font-weight: 600; }
.choice small { grid-column: 2; color: var(--soft); font-size: .875em; overflow-wrap: anywhere; }
.choice .price { grid-column: 3; grid-row: 1; font-variant-numeric: tabular-nums; }
.fact { margin: 0; padding: 12px; border: 1px solid var(--line); border-radius: 10px; overflow-wrap: anywhere; }
.fact span { display: block; color: var(--soft); font-size: .875em; }
.address { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 12px 8px; margin-top: 12px; }
.field { grid-column: 1 / -1; display: grid; gap: 4px; align-content: start; }
.field.postal_code { grid-column: span 2; } .field.city { grid-column: span 4; }
.field.state, .field.country { grid-column: span 3; }
label { font-size: .875em; font-weight: 500; }
input:not([type='radio']), select { width: 100%; min-height: 44px; padding: 8px 10px; border: 1px solid var(--border); border-radius: 6px; background: #ffffff; color: inherit; font: inherit; }
input:focus-visible:not([type='radio']), select:focus-visible { outline: 2px solid var(--primary); outline-offset: 1px; }
[aria-invalid='true'] { border-color: var(--danger) !important; }
.error { margin: 0; color: var(--danger); font-size: .875em; }
dl { margin: 0; display: grid; gap: 6px; }
dl div { display: flex; justify-content: space-between; gap: 16px; }
dd { margin: 0; font-variant-numeric: tabular-nums; white-space: nowrap; }
dl .total { padding-top: 8px; border-top: 1px solid var(--line); font-weight: 650; font-size: 1.125em; }
footer { padding: 12px 16px 16px; border-top: 1px solid var(--line); display: grid; gap: 10px; }
.alert { margin: 0; padding: 10px 12px; border-radius: 8px; background: #fdecea; color: #8c1d18; font-size: .9375em; }
.status { margin: 0; min-height: 1.4em; text-align: center; color: var(--soft); font-size: .875em; }
button { min-height: 48px; padding: 0 16px; border: 1px solid transparent; border-radius: 10px; font: inherit; font-weight: 600; cursor: pointer; }
.pay { background: var(--accent); color: var(--on-accent); font-size: 1.0625em; }
.second { grid-column: 1 / -1; background: #ffffff; color: var(--primary); border-color: var(--primary); }
button:hover { filter: brightness(.94); }
button:focus-visible { outline: 3px solid var(--primary); outline-offset: 2px; }
button[aria-disabled='true'] { opacity: .55; cursor: progress; }
[hidden] { display: none !important; }
@media (forced-colors: active) { button { border-color: ButtonText; } .choice:has(input:checked) { outline: 2px solid Highlight; outline-offset: -2px; } }
`;
