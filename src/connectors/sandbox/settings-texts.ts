/** What a form calls the settings of the sandbox: in English where the schema says too little, and all of them in German. */
import type { FormTexts } from '../../kit/index.js';
import { OUTCOMES } from './outcomes.js';
import { FIELDS_DE } from './settings-texts-de.js';

const OUTCOMES_EN = {
  success: 'Succeeds',
  decline: 'Is declined',
  failure: 'Fails',
  pending_success: 'Stays open, then succeeds',
  pending_failure: 'Stays open, then fails',
  temporary_id: 'Succeeds, at first with a temporary id',
  exception: 'The sandbox breaks, nothing happens',
  no_answer: 'No answer, nothing happens',
  lost_answer: 'Succeeds, but the answer is lost',
  slow: 'Succeeds slowly',
  credential: 'The credentials are no longer accepted',
  gone: 'The account is gone',
};
const STATUSES_EN = {
  completed: 'Finished',
  enabled: 'Enabled, something is needed later',
  'restricted soon': 'Restricted soon',
  restricted: 'Restricted',
  pending: 'Under review',
  rejected: 'Rejected',
  incomplete: 'Incomplete',
};

/** Where the last word of the path says too little, and where something is chosen: there, people read no values. */
const FIELDS_EN = {
  connector: { choices: { sandbox: 'Sandbox' } },
  mode: {
    label: 'Environment',
    help: 'The sandbox moves no money, so there is only the test mode.',
    choices: { test: 'Test mode' },
  },
  businessModel: {
    help: 'Whether there can be merchants. Not set: there can, and the shop is not told.',
    choices: { direct: 'No merchants', marketplace: 'Marketplace: the shop is told that there can be merchants' },
  },
  'onboarding.strategy': {
    label: 'Way',
    help: 'What the shop is told. Not set: it asks us.',
    choices: {
      api: 'The shop asks us',
      redirect: 'The shop sends merchants to your address',
      iframe: 'The shop shows your address in a frame',
    },
  },
  'onboarding.url': { label: 'Address', help: 'Where merchants begin when the shop does not ask us.' },
  'onboarding.answers': {
    label: 'Answer',
    help: 'What a shop gets that asks us. Not set: an address to go to.',
    choices: { redirect: 'An address to go to', iframe: 'An address for a frame', content: 'Ready-made HTML' },
  },
  'onboarding.ends': { label: 'Outcome', choices: STATUSES_EN },
  ...Object.fromEntries(
    ['configure', 'account', 'link', ...Object.keys(OUTCOMES)].map((verb) => [
      `outcomes.${verb}`,
      { choices: OUTCOMES_EN },
    ]),
  ),
  'capture.mode': {
    label: 'When money is taken',
    help: 'Not set: when the shop says so.',
    choices: { manual: 'When the shop says so', automatic: 'At once, when the customer pays' },
  },
  'capture.strategy': {
    help: 'What happens when only a part of an order is taken. Not set: several captures.',
    choices: {
      single_final: 'One capture, the rest is released',
      deferred_sum: 'Parts wait for the last item, then one sum',
      multi: 'Several captures, each part at once',
    },
  },
  headless: { label: 'In the shop’s own checkout' },
  page: { label: 'Payment page' },
  'page.frameAncestors': { label: 'May be framed by' },
  delaySeconds: { label: 'Delay' },
};

export const settingsTexts: FormTexts = {
  en: { fields: FIELDS_EN },
  de: {
    fields: FIELDS_DE,
    messages: {
      'is required': 'wird benötigt',
      'The sandbox refuses these settings, because outcomes.configure is decline':
        'Die Sandbox lehnt diese Einstellungen ab, weil es der Ausgang der Konfiguration so will',
      'The sandbox gave no answer, so the settings are checked for their shape only':
        'Die Sandbox hat nicht geantwortet, deshalb ist nur die Form der Einstellungen geprüft',
      'must be an address, because the shop is told not to ask us':
        'muss eine Adresse sein, weil der Shop uns nicht fragen soll',
      'must hold origins only, such as https://shop.example':
        'darf nur Ursprünge enthalten, zum Beispiel https://shop.example',
    },
  },
};
