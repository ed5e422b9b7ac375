/** The part of the fake app that merchants need: onboarding and transfers, as strict as shops and apps are. */

export interface FakeMarket {
  /** Merchants the PSP does not pay. */
  restricted: Set<string>;
  /** By transfer id: what was sent and not taken back, by item. */
  transfers: Map<string, Map<string, number>>;
  onboard(reference: string | undefined): { status: number; body: unknown };
  transfer(body: string): { status: number; body: unknown };
}

interface Item {
  transfer_id: string | null;
  merchant_reference: string;
  order_reference: string;
  item_reference: string;
  amount: string;
}

export const READY = {
  appIdentifier: 'quittance',
  appName: 'Quittance',
  type: 'payment',
  merchantOnboardingStates: [
    { name: 'incomplete', attributes: { displayText: 'Tell Stripe the rest.', buttonText: 'Go on at Stripe' } },
    { name: 'completed', attributes: {} },
  ],
};

export function fakeMarket(): FakeMarket {
  const known = new Set<string>();
  const restricted = new Set<string>();
  const transfers = new Map<string, Map<string, number>>();
  let counter = 0;

  function transferOf(items: Item[], [merchant = '', order = '']: string[]): object {
    const sum = items.reduce((total, { amount }) => total + Number(amount), 0);
    const told = { merchantReference: merchant, orderReference: order, amount: sum };
    const paymentTransmissionItems = items.map((item) => ({
      merchantReference: merchant,
      orderReference: order,
      itemReference: item.item_reference,
      amount: item.amount,
    }));
    const refused = (failureMessage: string) => ({
      ...told,
      isSuccessful: false,
      transferId: null,
      failureMessage,
      paymentTransmissionItems,
    });
    if (sum > 0 && restricted.has(merchant)) return refused('The account of the merchant cannot receive money.');
    const earlier = transfers.get(items[0]?.transfer_id ?? '');
    if (sum < 0 && earlier === undefined) return refused('Could not find a payment transfer');
    const transferId = sum > 0 ? `tr_${(counter += 1)}` : `trr_${(counter += 1)}`;
    if (sum > 0) transfers.set(transferId, new Map(items.map((item) => [item.item_reference, Number(item.amount)])));
    for (const { item_reference: reference } of sum < 0 ? items : []) earlier?.delete(reference);
    return { ...told, isSuccessful: true, transferId, failureMessage: null, paymentTransmissionItems };
  }

  return {
    restricted,
    transfers,
    onboard(reference) {
      if (reference === undefined) return { status: 412, body: { errors: [{ message: 'Which merchant?' }] } };
      const isNew = !known.has(reference);
      known.add(reference);
      const url = `https://connect.stripe.example/setup/${reference}/secret-link-${known.size}`;
      const body = { merchant_reference: reference, is_new: isNew, strategy: 'redirect', url };
      return { status: isNew ? 201 : 200, body };
    },
    transfer(text) {
      const { paymentTransmissionItems: items } = JSON.parse(text) as { paymentTransmissionItems: Item[] };
      const groups = new Map<string, Item[]>();
      for (const item of items) {
        const key = `${item.merchant_reference} ${item.order_reference} ${item.transfer_id ?? ''}`;
        groups.set(key, [...(groups.get(key) ?? []), item]);
      }
      return { status: 200, body: { transfers: [...groups].map(([key, group]) => transferOf(group, key.split(' '))) } };
    },
  };
}
