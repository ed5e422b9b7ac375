/** What a form calls the settings for Stripe: in English where the schema says too little, and all of them in German. */
import type { FormTexts } from '../../kit/index.js';
import { MESSAGES_DE } from './messages-de.js';
import { EXPRESS_CHOICES, FIELDS_DE } from './settings-texts-de.js';

/** Where the last word of the path says too little, and where something is chosen: there, people read no values. */
const FIELDS_EN = {
  businessModel: {
    help: 'Whether the shop sells itself or for merchants.',
    choices: { direct: 'The shop sells itself', marketplace: 'Marketplace: the shop sells for merchants' },
  },
  connection: { label: 'Whose keys', help: 'Whose Stripe keys are used.', choices: { own_keys: 'Your own' } },
  mode: {
    label: 'Environment',
    help: 'Which of the two Stripe modes the keys belong to.',
    choices: { test: 'Test mode', live: 'Live mode' },
  },
  accountId: { label: 'Stripe account' },
  webhook: { label: 'Webhooks' },
  'webhook.mode': {
    label: 'Registration',
    help: 'Who registers our address at Stripe.',
    choices: { managed: 'The app, by itself', manual: 'You, by hand in the Stripe Dashboard' },
  },
  'webhook.secret': { label: 'Signing secret' },
  'webhook.secretPrevious': { label: 'Signing secret before' },
  'webhook.connectSecret': { label: 'Signing secret, connected accounts' },
  'webhook.connectSecretPrevious': { label: 'Signing secret before, connected accounts' },
  'webhook.thinSecret': { label: 'Signing secret, event destination' },
  'webhook.thinSecretPrevious': { label: 'Signing secret before, event destination' },
  'paymentMethods.source': {
    label: 'Which are offered',
    help: 'Who decides what customers can pay with.',
    choices: {
      stripe_dynamic: 'Those of the Stripe Dashboard',
      allow_list: 'Only the listed types',
      deny_list: 'All but the listed types',
    },
  },
  'paymentMethods.list': { label: 'Types' },
  'paymentMethods.exposeIndividually': { label: 'One method each' },
  paymentMethodConfigurationId: { label: 'Payment method configuration' },
  'capture.mode': {
    label: 'When money is taken',
    help: 'Until then it is reserved.',
    choices: { manual: 'When the shop says so', automatic: 'At once, when the customer pays' },
  },
  'capture.perMethod': { label: 'By type', help: 'Another moment for single types, such as { "card": "automatic" }.' },
  'capture.strategy': {
    help:
      'What happens when only a part of an order is taken. Several captures need a Stripe plan that has them, and a ' +
      'marketplace cannot have them.',
    choices: {
      single_final: 'One capture, Stripe releases the rest',
      deferred_sum: 'Parts wait for the last item, then one sum',
      multi: 'Several captures, each part at once',
    },
  },
  'capture.hoursBeforeExpiry': { label: 'Hours before expiry' },
  connect: { label: 'Merchants' },
  'connect.apiGeneration': {
    label: 'Interface',
    help: 'Which of Stripe’s two interfaces for accounts is used.',
    choices: { v2: 'Accounts v2', v1: 'Accounts v1 (Express)' },
  },
  'connect.feesCollector': {
    label: 'Fees',
    help: 'Who collects Stripe’s fees of merchants.',
    choices: { application: 'Your platform', stripe: 'Stripe' },
  },
  'connect.lossesCollector': {
    label: 'Losses',
    help: 'Who bears losses of merchants. Stripe only where they get the full dashboard.',
    choices: { application: 'Your platform', stripe: 'Stripe' },
  },
  'connect.dashboard': {
    help: 'Which of Stripe’s dashboards merchants get.',
    choices: { express: 'Express Dashboard', full: 'Full Dashboard', none: 'None' },
  },
  'connect.onboarding.strategy': {
    label: 'Way',
    help: 'What the shop is told.',
    choices: {
      api: 'The shop asks us',
      redirect: 'The shop sends merchants to your address',
      iframe: 'The shop shows your address in a frame',
    },
  },
  'connect.onboarding.url': { label: 'Address', help: 'Where merchants begin when the shop does not ask us.' },
  'connect.onboarding.answers': {
    label: 'Answer',
    help: 'What a shop gets that asks us.',
    choices: { redirect: 'An address to go to', iframe: 'An address for a frame', content: 'Ready-made HTML' },
  },
  'transfers.requireSourceTransaction': { label: 'Only from the payment itself' },
  'bankTransfer.country': {
    help: 'Country of the account numbers shown to customers. Bank transfers in euro are offered when this is set.',
    choices: { BE: 'Belgium', DE: 'Germany', ES: 'Spain', FR: 'France', IE: 'Ireland', NL: 'Netherlands' },
  },
  'bankTransfer.graceDays': { label: 'Days of grace' },
  headless: { label: 'In the shop’s own checkout' },
  expressMethods: {
    label: 'Express buttons',
    help: 'Buttons for customers in a hurry, as a payment method of its own. Default: none.',
    choices: EXPRESS_CHOICES,
  },
  domains: { label: 'Hosts of wallets' },
  threeDS: {
    label: '3-D Secure',
    help: 'When 3-D Secure is asked for.',
    choices: {
      automatic: 'When Stripe finds it necessary',
      any: 'Always, where possible',
      challenge: 'Always, with a question to the customer',
    },
  },
  statementDescriptorSuffix: { label: 'Card statement' },
  page: { label: 'Payment page' },
  'page.appearance': { help: 'Look of Stripe’s fields.', choices: { stripe: 'Light', night: 'Dark', flat: 'Flat' } },
  'page.logoUrl': { label: 'Logo' },
  'page.faviconUrl': { label: 'Icon' },
  'page.primaryColor': { label: 'Colour' },
  'page.termsUrl': { label: 'Terms' },
  'page.privacyUrl': { label: 'Privacy notice' },
  'page.frameAncestors': { label: 'May be framed by' },
  'page.locale': { label: 'Language' },
};

export const settingsTexts: FormTexts = {
  en: { fields: FIELDS_EN },
  de: { fields: FIELDS_DE, messages: MESSAGES_DE },
};
