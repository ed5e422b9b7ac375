/** Every endpoint of Stripe's API the simulator has. A new resource adds its list here. */
import type { Route } from '../core/route.js';
import { accountLinkRoutes } from '../resources/account-links.js';
import { accountRoutes } from '../resources/account.js';
import { v1AccountRoutes } from '../resources/accounts-v1.js';
import { v2AccountRoutes } from '../resources/accounts-v2.js';
import { balanceRoutes } from '../resources/balance.js';
import { bankTransferRoutes } from '../resources/bank-transfers.js';
import { cashBalanceRoutes } from '../resources/cash-balance.js';
import { chargeRoutes } from '../resources/charges.js';
import { configurationRoutes } from '../resources/configurations.js';
import { confirmationTokenRoutes } from '../resources/confirmation-tokens.js';
import { customerRoutes } from '../resources/customers.js';
import { disputeRoutes } from '../resources/disputes.js';
import { earlyFraudWarningRoutes } from '../resources/early-fraud-warnings.js';
import { elementsSessionRoutes } from '../resources/elements-sessions.js';
import { eventDestinationRoutes } from '../resources/event-destinations.js';
import { eventRoutes } from '../resources/events.js';
import { mandateRoutes } from '../resources/mandates.js';
import { paymentIntentRoutes } from '../resources/payment-intents.js';
import { paymentMethodDomainRoutes } from '../resources/payment-method-domains.js';
import { paymentMethodRoutes } from '../resources/payment-methods.js';
import { refundRoutes } from '../resources/refunds.js';
import { reviewRoutes } from '../resources/reviews.js';
import { thinEventRoutes } from '../resources/thin-events.js';
import { transferReversalRoutes } from '../resources/transfer-reversals.js';
import { transferRoutes } from '../resources/transfers.js';
import { webhookEndpointRoutes } from '../resources/webhook-endpoints.js';

export const ROUTES: readonly Route[] = [
  ...accountLinkRoutes,
  ...accountRoutes,
  ...balanceRoutes,
  ...bankTransferRoutes,
  ...cashBalanceRoutes,
  ...chargeRoutes,
  ...configurationRoutes,
  ...confirmationTokenRoutes,
  ...customerRoutes,
  ...disputeRoutes,
  ...earlyFraudWarningRoutes,
  ...elementsSessionRoutes,
  ...eventDestinationRoutes,
  ...eventRoutes,
  ...mandateRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodDomainRoutes,
  ...paymentMethodRoutes,
  ...refundRoutes,
  ...reviewRoutes,
  ...thinEventRoutes,
  ...v1AccountRoutes,
  ...v2AccountRoutes,
  ...transferReversalRoutes,
  ...transferRoutes,
  ...webhookEndpointRoutes,
];
