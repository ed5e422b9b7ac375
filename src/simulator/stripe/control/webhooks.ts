/** Control of webhook deliveries: look, pause, send one by one, send again, disturb. */
import { newId } from '../core/call.js';
import { invalidParameter, missing } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { OWN } from '../core/store.js';
import { rollSecret } from '../resources/webhook-endpoints.js';
import { RETRY_PLANS, WEBHOOK_EFFECTS } from '../webhooks/records.js';
import type { Delivery, WebhookEffect, WebhookRule } from '../webhooks/records.js';
import { clear } from './control.js';
import type { Control, ControlRequest } from './control.js';

function set(sim: Simulation, id: string, value: unknown): object {
  const tx = sim.store.begin();
  tx.put('settings', OWN, { id, value });
  tx.commit();
  sim.wake();
  return { [id]: value };
}

function deliveries(sim: Simulation, { query }: ControlRequest): object {
  const rows = [...sim.store.read.all('past_deliveries', OWN), ...sim.store.read.all('deliveries', OWN)];
  const wanted = Object.entries(query);
  return {
    data: rows.filter((row) =>
      wanted.every(([name, value]) => String((row as unknown as Record<string, unknown>)[name]) === value),
    ),
  };
}

async function resend(sim: Simulation, { body }: ControlRequest): Promise<object> {
  const ids =
    typeof body.delivery === 'string'
      ? [body.delivery]
      : (deliveries(sim, { query: { event: body.event }, body: {}, name: '' }) as { data: Delivery[] }).data.map(
          (row) => row.id,
        );
  const sent = [];
  for (const id of ids) {
    const row = await sim.pump.send(id);
    if (!row) throw missing('delivery', id, 'delivery');
    sent.push(row);
  }
  if (sent.length === 0) throw missing('event', String(body.event), 'event');
  return { data: sent };
}

function addRule(sim: Simulation, { body }: ControlRequest): object {
  if (!WEBHOOK_EFFECTS.includes(body.effect as WebhookEffect))
    throw invalidParameter('effect', `effect is one of ${WEBHOOK_EFFECTS.join(', ')}`);
  const tx = sim.store.begin();
  const rule: WebhookRule = {
    id: newId(tx, 'whrule', 8),
    match: (body.match ?? {}) as WebhookRule['match'],
    effect: body.effect as WebhookEffect,
    times: Number(body.times ?? 1),
    delaySeconds: Number(body.delaySeconds ?? 5),
  };
  tx.put('webhook_rules', OWN, rule);
  tx.commit();
  return rule;
}

function roll(sim: Simulation, { body }: ControlRequest): object {
  const id = String(body.endpoint);
  const found = sim.store.find('endpoint_secrets', id);
  if (!found) throw missing('webhook endpoint', id, 'endpoint');
  const tx = sim.store.begin();
  const secret = rollSecret(sim.call(tx, found.account), id, Number(body.overlapSeconds ?? 86_400));
  tx.commit();
  return { secret };
}

function plan(sim: Simulation, { body }: ControlRequest): object {
  if (!Object.hasOwn(RETRY_PLANS, String(body.plan)))
    throw invalidParameter('plan', `plan is one of ${Object.keys(RETRY_PLANS).join(', ')}`);
  return set(sim, 'retry_plan', body.plan);
}

export const webhookControls: readonly Control[] = [
  { method: 'GET', path: '/_sim/webhooks/deliveries', run: deliveries },
  { method: 'POST', path: '/_sim/webhooks/pause', run: (sim) => set(sim, 'webhooks_paused', true) },
  { method: 'POST', path: '/_sim/webhooks/resume', run: (sim) => set(sim, 'webhooks_paused', false) },
  { method: 'POST', path: '/_sim/webhooks/step', run: async (sim) => ({ delivery: (await sim.pump.step()) ?? null }) },
  { method: 'POST', path: '/_sim/webhooks/resend', run: resend },
  { method: 'POST', path: '/_sim/webhooks/plan', run: plan },
  { method: 'GET', path: '/_sim/webhooks/rules', run: (sim) => ({ data: sim.store.read.all('webhook_rules', OWN) }) },
  { method: 'POST', path: '/_sim/webhooks/rules', run: addRule },
  { method: 'DELETE', path: '/_sim/webhooks/rules', run: (sim) => clear(sim, 'webhook_rules', '') },
  { method: 'POST', path: '/_sim/webhooks/roll_secret', run: roll },
];
