/** What a shop calls to pay merchants their share of an order, or to take it back. */
import { toAskedItems, TransfersBody } from '../contract/transfer-endpoints.js';
import type { App } from '../flows/app.js';
import { transferMoney, type TransferTold } from '../flows/transfer.js';
import { readBody } from './body.js';
import { repeatable, requestKeyOf } from './idempotency.js';
import { mount, type Door } from './mount.js';

/** Mounts it. */
export function mountTransferRoutes(door: Door, app: App): void {
  mount(door, 'transfers', async ({ request, tenantId }) => {
    const { items, amounts } = toAskedItems(readBody(request, TransfersBody));
    const requestKey = requestKeyOf(request) ?? '';
    let isAllDone = false;
    return repeatable(
      app,
      // A repeat may do better with what failed.
      { request, tenantId, route: 'transfers', isKept: () => isAllDone },
      async () => {
        const told = await transferMoney(app, tenantId, { items, requestKey });
        isAllDone = told.every(({ isSuccessful }) => isSuccessful);
        return { status: 200, body: { transfers: told.map((one) => transferAnswer(one, amounts)) } };
      },
    );
  });
}

function transferAnswer(told: TransferTold, amounts: (string | number | null)[]): object {
  const { items, isSuccessful, transferId = null, amount = null, message = null } = told;
  return {
    isSuccessful,
    failureMessage: message,
    merchantReference: items[0]?.merchantReference ?? null,
    orderReference: items[0]?.orderReference ?? '',
    paymentTransmissionItems: items.map(({ index, merchantReference = null, orderReference, itemReference }) => ({
      merchantReference,
      orderReference,
      itemReference,
      amount: amounts[index] ?? null,
    })),
    amount,
    transferId,
  };
}
