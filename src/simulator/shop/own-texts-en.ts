/** The texts of the shop's own checkouts in English. */

export const ownEn = {
  ways: 'Ways to check out',
  wayPage: 'On the app’s page',
  wayHeadless: 'In the shop',
  wayExpress: 'With a wallet',
  headlessTitle: 'Pay here, in the shop',
  headlessLead:
    'Stripe’s fields stand in the shop’s own page. Change the cart as long as you like: the payment follows, and there is an order only once it is paid.',
  expressTitle: 'One press, no form',
  expressLead:
    'A wallet knows who you are and where it goes. The shop tells it what that costs, and learns your name from the app.',
  expressShipping: 'The wallet asks where it goes and how.',
  cart: 'Your cart',
  payment: 'Payment',
  paymentLoading: 'Loading …',
  payHere: 'Order and pay',
  leave: 'Give up',
  thanksTitle: 'Thank you for your order',
  deliverTo: 'Goes to',
  leftTitle: 'You gave up',
  leftLead: 'Nothing was taken, and the payment is canceled.',
  beginAgain: 'Begin again',
  ownCheckout: {
    paid: 'It is paid, and the order is placed.',
    processing: 'The order is placed. Your bank still works on the payment; the order moves as soon as it is done.',
    failed: 'The payment did not succeed. Nothing was taken. Try again or choose another method.',
    notConfirmed: 'The order was not accepted, and your money is released. ',
    notSaved: 'The shop cannot be reached. Your payment is safe: press once more in a moment.',
    unreachable: 'The payment service cannot be reached at the moment. Try again.',
    closed: 'You closed the wallet. Nothing was taken.',
    noWallets: 'This browser offers no wallet.',
    working: 'One moment …',
  },
};

export type OwnTexts = typeof ownEn;
