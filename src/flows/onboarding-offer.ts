/**
 * What a shop is told of onboarding: that its merchants can begin, where, and what it shows them in each status. Told
 * when the tenant connects and when it has changed, and kept, so that the app's name never changes in between: the shop
 * finds its record by it.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../domain/errors.js';
import type { AppEvent, OnboardingStatus, ReadyForOnboardingEvent } from '../domain/event.js';
import type { Tenant } from '../domain/tenant.js';
import { unwantedMessages } from '../domain/unwanted.js';
import type { Connector } from '../kit/connector.js';
import type { Db } from '../storage/database.js';
import { onboardingTold, rememberOnboarding } from '../storage/tenants.js';
import { scopeOf, type App } from './app.js';
import { marketplaceOf } from './marketplace.js';

const PATH = '/private/merchants/onboarding';
/** What a shop can keep of it. */
const URL_CHARS = 255;

/**
 * What is to be told now, inside the caller's transaction: nothing when it was told already, or when these settings are
 * not those of a marketplace. Throws `configuration_refused` when it lacks something a shop needs.
 */
export async function planOnboarding(app: App, db: Db, tenant: Tenant, connector: Connector): Promise<AppEvent[]> {
  const scope = scopeOf(app, tenant.id);
  const told = await onboardingTold(db, scope);
  // Not told to a shop that does not want it, so that it is once it does.
  const isUnwanted = unwantedMessages(tenant.settings).includes('ReadyForMerchantAppOnboarding');
  const event = isUnwanted ? undefined : readyEvent(app, tenant, connector, told?.appName);
  const fingerprint =
    event === undefined ? undefined : createHash('sha256').update(JSON.stringify(event)).digest('hex');
  if (told?.fingerprint === fingerprint) return [];
  const appName = event?.appName ?? told?.appName;
  if (appName === undefined) return [];
  await rememberOnboarding(db, scope, { appName, ...(fingerprint === undefined ? {} : { fingerprint }) });
  return event === undefined ? [] : [event];
}

/** Pure: the event for these settings; undefined when they are not those of a marketplace. Throws as above. */
function readyEvent(
  app: App,
  tenant: Tenant,
  connector: Connector,
  knownAs: string | undefined,
): ReadyForOnboardingEvent | undefined {
  const verbs = marketplaceOf(connector, tenant);
  if (verbs === undefined) return undefined;
  const { isAnnounced, strategy, url, links } = verbs.onboarding(tenant.settings);
  if (!isAnnounced) return undefined;
  const event: ReadyForOnboardingEvent = {
    kind: 'ready_for_onboarding',
    appIdentifier: app.appId,
    appName: knownAs ?? connector.title,
    onboarding: { strategy, url: url ?? (strategy === 'api' ? `${app.publicUrl}${PATH}` : '') },
    ...(links === undefined ? {} : { additionalLinks: links }),
    states: STATES.map(({ name, ...texts }) => ({ name, attributes: { ...texts, buttonInfo: BUTTON_INFO } })),
  };
  const fault = faultOf(event);
  if (fault !== undefined) throw new AppError('configuration_refused', { message: fault });
  return event;
}

function faultOf({ appName, appIdentifier, onboarding: { strategy, url } }: ReadyForOnboardingEvent) {
  if (appName === '') return 'Onboarding of merchants: the app name is missing';
  if (appIdentifier === '') return 'Onboarding of merchants: the app identifier is missing';
  if (url === '') return `Onboarding of merchants: the url is missing, and the strategy ${strategy} needs one`;
  if (!/^https?:\/\//i.test(url)) return 'Onboarding of merchants: the url must begin with http:// or https://';
  return url.length > URL_CHARS ? `Onboarding of merchants: the url is longer than ${URL_CHARS} characters` : undefined;
}

interface StateTexts {
  name: OnboardingStatus;
  statusText: string;
  displayText: string;
  buttonText: string;
}

const BUTTON_INFO = 'You are sent to the payment service provider, and back here afterwards.';

/** What the shop shows a merchant, status by status. */
const STATES: readonly StateTexts[] = [
  {
    name: 'incomplete',
    statusText: 'Incomplete',
    displayText: 'Your details are needed before money can be paid out to you.',
    buttonText: 'Continue',
  },
  {
    name: 'pending',
    statusText: 'Pending',
    displayText: 'Your details are being checked. There is nothing left for you to do at the moment.',
    buttonText: 'Show details',
  },
  {
    name: 'enabled',
    statusText: 'Enabled',
    displayText: 'Money can be paid out to you. More details may be asked for later.',
    buttonText: 'Show details',
  },
  {
    name: 'completed',
    statusText: 'Completed',
    displayText: 'Money can be paid out to you.',
    buttonText: 'Show details',
  },
  {
    name: 'restricted soon',
    statusText: 'Restricted soon',
    displayText: 'More details are needed, or payouts to you will stop.',
    buttonText: 'Complete details',
  },
  {
    name: 'restricted',
    statusText: 'Restricted',
    displayText: 'Payouts to you have stopped, because details are missing.',
    buttonText: 'Complete details',
  },
  {
    name: 'rejected',
    statusText: 'Rejected',
    displayText:
      'The payment service provider has closed your account. Please contact the operator of the marketplace.',
    buttonText: 'Show details',
  },
];
