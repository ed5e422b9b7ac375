/** The stylesheet of the /docs page: light and dark, desktop and phone, nothing loaded from elsewhere. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #566074; --line: #dde2ea; --paper: #fff; --wash: #f5f7fa;
  --accent: #0b5c4b; --get: #155fa8; --post: #0b6b46; --delete: #a32626; --mark: #8a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf2; --soft: #a3aec0; --line: #2c3544; --paper: #12161d;
  --wash: #1a2029; --accent: #6fd3b8; --get: #7db8f0; --post: #6fd39f; --delete: #f09a9a; --mark: #f0b775; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: var(--ink);
  background: var(--paper); }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { font: 0.9em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; }
.page { display: grid; grid-template-columns: 17rem minmax(0, 1fr); max-width: 84rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 1.75rem 1.25rem;
  border-right: 1px solid var(--line); font-size: .9rem; }
nav .name { font-weight: 700; font-size: 1.15rem; letter-spacing: -.01em; margin: 0 0 1rem; }
nav h2 { font-size: .74rem; text-transform: uppercase; letter-spacing: .08em; color: var(--soft); margin: 1.4rem 0 .4rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .16rem 0; color: var(--ink); text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { color: var(--accent); text-decoration: underline; }
main { padding: 2.25rem clamp(1rem, 4vw, 3.5rem) 6rem; min-width: 0; }
h1 { font-size: 2.1rem; line-height: 1.15; letter-spacing: -.02em; margin: 0 0 .6rem; }
main > section > h2 { font-size: 1.45rem; letter-spacing: -.01em; margin: 3.2rem 0 .2rem; }
.lead, .about { color: var(--soft); max-width: 46rem; margin: 0 0 1rem; }
.files a { display: inline-block; margin-right: .6rem; padding: .3rem .8rem; border: 1px solid var(--line);
  border-radius: 99px; text-decoration: none; font-size: .9rem; background: var(--wash); }
details { border: 1px solid var(--line); border-radius: 12px; margin: .7rem 0; background: var(--paper); }
details[open] { box-shadow: 0 1px 8px rgb(0 0 0 / .06); }
summary { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; padding: .75rem 1rem; cursor: pointer;
  list-style: none; border-radius: 12px; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: var(--wash); }
summary .path { font-weight: 600; } summary .says { color: var(--soft); }
.verb { font: 700 .74rem/1 ui-monospace, Menlo, Consolas, monospace; border: 1.5px solid currentColor; border-radius: 6px;
  padding: .28rem .45rem; min-width: 4.4rem; text-align: center; }
.verb.get { color: var(--get); } .verb.post { color: var(--post); } .verb.delete { color: var(--delete); }
.verb.send { color: var(--post); } .verb.receive { color: var(--get); }
.inside { padding: .2rem 1rem 1.1rem; border-top: 1px solid var(--line); }
.inside h3 { font-size: .78rem; text-transform: uppercase; letter-spacing: .07em; color: var(--soft); margin: 1.3rem 0 .4rem; }
.inside h4 { font-size: .95rem; margin: .9rem 0 .2rem; }
.scroll { overflow-x: auto; border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line);
  font-weight: 400; }
thead th { color: var(--soft); font-size: .8rem; }
tbody th { white-space: nowrap; } td:nth-child(2) { color: var(--soft); min-width: 6rem; } td:last-child { min-width: 14rem; }
.depth-1 { padding-left: 1.2rem; } .depth-2 { padding-left: 2.4rem; } .depth-3 { padding-left: 3.6rem; }
.depth-4, .depth-5, .depth-6 { padding-left: 4.8rem; }
.required { margin-left: .5rem; color: var(--mark); font-size: .76rem; }
.plain { margin: .2rem 0; }
.status { font-weight: 700; } .status.good { color: var(--post); } .status.bad { color: var(--delete); }
@media (max-width: 52rem) { .page { display: block; } nav { position: static; height: auto; border-right: 0;
  border-bottom: 1px solid var(--line); } nav .lists { display: none; } h1 { font-size: 1.7rem; } }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print { nav { display: none; } .page { display: block; } }
`;
