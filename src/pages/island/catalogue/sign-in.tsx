/** Signing in: credentials for a token of one tenant. The secret leaves this form in one request and is forgotten. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { askToken, type Session } from './calls.js';
import { namedTenant, type Facts, type Words } from './facts.js';

interface SignInProps {
  facts: Facts;
  /** Somebody was signed in: for the same tenant again. */
  again?: Session | undefined;
  /** Resolves to what is wrong, or to nothing when it is right. */
  onSession(session: Session): Promise<string | undefined>;
}

/** The form. What is wrong is said in it, and nothing typed is lost but the secret that was used up. */
export function SignIn({ facts, again, onSession }: SignInProps): JSX.Element {
  const { words, hint, language } = facts;
  const [tenant, setTenant] = useState(again?.tenant ?? namedTenant() ?? hint?.tenant ?? '');
  const [clientId, setClientId] = useState(hint?.clientId ?? '');
  const [secret, setSecret] = useState(hint?.clientSecret ?? '');
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => setFault(undefined), [language]);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setFault(undefined);
    const token = await tokenOf(facts, { tenant, clientId, secret });
    const wrong = 'fault' in token ? token.fault : await onSession({ tenant, token: token.value });
    // A right one unmounts this form, and what it holds with it.
    setBusy(false);
    setFault(wrong);
  };
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void submit();
      }}
    >
      <p class="help">{facts.signIn === 'client' ? words.signInLead : words.signInTokenLead}</p>
      {hint !== undefined && <p class="note">{words.sandboxHint}</p>}
      <div aria-live="assertive">{fault !== undefined && <p class="alert">{fault}</p>}</div>
      <Line
        id="tenant"
        label={words.tenant}
        value={tenant}
        change={setTenant}
        autocomplete="organization"
        isFixed={again !== undefined}
      />
      {facts.signIn === 'client' && (
        <Line id="client-id" label={words.clientId} value={clientId} change={setClientId} autocomplete="username" />
      )}
      <Line
        id="client-secret"
        label={facts.signIn === 'client' ? words.clientSecret : words.accessToken}
        value={secret}
        change={setSecret}
        type="password"
        autocomplete="current-password"
      />
      <button class="button" disabled={isBusy} data-testid="sign-in">
        {isBusy ? words.working : words.signIn}
      </button>
    </form>
  );
}

interface LineProps {
  id: string;
  label: string;
  value: string;
  change(value: string): void;
  autocomplete: string;
  type?: string;
  isFixed?: boolean;
}

function Line({ id, label, value, change, autocomplete, type = 'text', isFixed = false }: LineProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type={type}
        value={value}
        required
        readOnly={isFixed}
        autocomplete={autocomplete}
        autocapitalize="off"
        spellcheck={false}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
    </div>
  );
}

async function tokenOf(
  { signIn, words }: Facts,
  { tenant, clientId, secret }: { tenant: string; clientId: string; secret: string },
): Promise<{ value: string } | { fault: string }> {
  if (signIn === 'token') return { value: secret.trim() };
  const { status, body } = await askToken({ tenant: tenant.trim(), clientId: clientId.trim(), clientSecret: secret });
  const { access_token: value } = body;
  return value === undefined ? { fault: faultOf(status, body.error, words) } : { value };
}

function faultOf(status: number, error: string | undefined, words: Words): string {
  if (status === 0) return words.noNetwork;
  if (status === 429) return words.tooMany;
  if (error === 'invalid_client') return words.wrongClient;
  return error === 'unauthorized_client' ? words.wrongTenant : words.failed;
}
