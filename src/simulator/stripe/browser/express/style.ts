/** The look of the express checkout's buttons, as a constructed style sheet. */

export const EXPRESS_STYLE = `
:root {
  --primary: #0b5fd0; --text-secondary: #4d5866; --border: #767f8c; --radius: 6px; --unit: 4px; --height: 44px;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; --font-size: 16px;
}
*, *::before, *::after { box-sizing: border-box; }
html { background: transparent; }
body { margin: 0; font: var(--font-size)/1.3 var(--font); }
main { display: grid; gap: 8px; padding: 3px; }
.buttons { display: grid; gap: 8px; grid-template-columns: repeat(var(--columns, 1), minmax(0, 1fr)); }
button {
  min-width: 0; min-height: var(--height); padding: 0 12px; border: 1px solid transparent; border-radius: var(--radius);
  font: inherit; font-size: .9375em; cursor: pointer; overflow: hidden; text-overflow: ellipsis;
}
button b { font-weight: 650; font-size: 1.05em; letter-spacing: -.01em; white-space: nowrap; }
button:hover { filter: brightness(.94); }
button:active { filter: brightness(.88); }
button:focus-visible { outline: 3px solid var(--primary); outline-offset: 1px; box-shadow: inset 0 0 0 2px #ffffff; }
.apple_pay, .google_pay { background: #000000; color: #ffffff; }
.apple_pay:hover, .google_pay:hover { background: #2b2b2b; filter: none; }
.apple_pay.white, .google_pay.white { background: #ffffff; color: #000000; border-color: #d0d5dc; }
.apple_pay.white-outline { background: #ffffff; color: #000000; border-color: #000000; }
.google_pay b { font-weight: 500; }
.link { background: #00d66f; color: #011e0f; }
.paypal { background: #ffc439; color: #00276b; }
.paypal b { font-style: italic; font-weight: 750; }
.paypal.blue { background: #0a5cbf; color: #ffffff; }
.paypal.silver { background: #e4e7ea; }
.paypal.white { background: #ffffff; border-color: #767f8c; }
.paypal.black { background: #1c1c1c; color: #ffffff; }
.klarna { background: #ffb3c7; color: #0b051d; }
.klarna.dark { background: #0b051d; color: #ffffff; }
.amazon_pay { background: #ffd814; color: #131a22; }
.more { background: transparent; border-color: var(--border); color: var(--text-secondary); grid-column: 1 / -1; }
p { margin: 0; text-align: center; font-size: .75em; color: var(--text-secondary); }
@media (max-width: 280px) { .buttons { grid-template-columns: minmax(0, 1fr); } }
@media (min-width: 281px) and (max-width: 480px) { .buttons { grid-template-columns: repeat(min(var(--columns, 1), 2), minmax(0, 1fr)); } }
@media (forced-colors: active) { button { border-color: ButtonText; } }
`;
