/** What BROKER_URL may look like: checked before the start, since a wrong one would show at the first message only. */

/** What brokers/index.ts can open. */
const PROTOCOLS = /^(amqps?|nats|tls|sqs|(mb1\+)?https?):$/;
const FORMS =
  'amqp://user:password@host:port/vhost, amqps:, nats:, tls:, sqs://region/account, ' +
  'https://client:secret@host/…?token_url=… or mb1+https:';
const AMAZON = 'sqs://region/account or sqs://key:secret@region/account, with ?endpoint=https://… if need be';

/** What is seen and what is wanted instead, for one line that shows nothing of the value; undefined when it is fine. */
export function faultOfBrokerUrl(text: string): { seen: string; wanted: string } | undefined {
  const wanted = FORMS;
  if (!URL.canParse(text)) return { seen: `no URL (${text.length} characters)`, wanted };
  const url = new URL(text);
  if (!PROTOCOLS.test(url.protocol)) return { seen: `a URL that begins with ${url.protocol}`, wanted };
  if (url.hostname === '') return { seen: 'a URL without a host', wanted };
  const seen = url.protocol === 'sqs:' ? faultAtAmazon(url) : undefined;
  return seen === undefined ? undefined : { seen, wanted: AMAZON };
}

/** Names of queues and topics are built from region and account. */
function faultAtAmazon({ host, username, password, pathname, searchParams, hash }: URL): string | undefined {
  const { endpoint, ...others } = Object.fromEntries(searchParams);
  const faults: [boolean, string][] = [
    [!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(host), 'an sqs: URL without a region such as eu-central-1'],
    [!/^\/\d{12}$/.test(pathname), 'an sqs: URL without an account of twelve digits'],
    [(username === '') !== (password === ''), 'a key without its secret'],
    [endpoint !== undefined && !/^https?:\/\/[^/@?#]+\/?$/.test(endpoint), 'an endpoint that is no http(s) URL'],
    [Object.keys(others).length > 0 || hash !== '', 'something behind the account that is no endpoint'],
  ];
  return faults.find(([isOne]) => isOne)?.[1];
}
