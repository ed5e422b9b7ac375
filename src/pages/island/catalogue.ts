/**
 * The browser side of the app catalogue: an operator signs in, sees how the shop is connected, and sets the app up. The
 * token lives in this page's memory and dies with it: no cookie, no storage, nothing for the next visitor of this browser.
 */
import { h, render } from 'preact';
import { App } from './catalogue/app.js';
import { readFacts } from './catalogue/facts.js';
import { greetParent } from './parts/parent.js';

const facts = readFacts();
greetParent(facts.ancestors);
const place = document.getElementById('catalogue');
if (place !== null) render(h(App, { facts }), place);
