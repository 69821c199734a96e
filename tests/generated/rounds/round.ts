// A task from sign-in to feedback, through the generated TypeScript client alone: `round.js <address> <phone>`.
import {
  AnsweredFromJSON, Configuration, FeedbackOrderOutcomeEnum, IdentityApi, IncidentsApi, ResponseError,
} from "./client/index.js";
import type { Offer, Place } from "./client/index.js";

declare const process: {
  argv: string[];
  stdin: { once(event: "data", then: (text: { toString(): string }) => void): void; pause(): void };
};

const [address, phone] = process.argv.slice(2) as [string, string];

function line(): Promise<string> {
  console.log("code?");
  return new Promise((done) => process.stdin.once("data", (text) => done(text.toString().trim())));
}

async function signIn(): Promise<Configuration> {
  const identity = new IdentityApi(new Configuration({ basePath: address }));
  await identity.identityRequestCode({ codeRequest: { phone } });
  const proof = { phone, code: await line(), deviceLabel: "typescript" };
  process.stdin.pause();
  const tokens = await identity.identityVerifyCode({ codeProof: proof });
  return new Configuration({ basePath: address, accessToken: tokens.accessToken });
}

async function main(): Promise<void> {
  const configuration = await signIn();
  const me = await new IdentityApi(configuration).identityShowMe();
  const incidents = new IncidentsApi(configuration);
  const offerId = (await incidents.incidentsListOwn()).items[0]!.id;
  const accepted = await incidents.incidentsAccept({ offerId });
  const offer: Offer = await incidents.incidentsShowOwn({ offerId });
  const task = offer.task!;
  const position: Place = { ...task.place };
  await incidents.incidentsDepart({ offerId, move: { occurredAt: new Date() } });
  await incidents.incidentsArrive({ offerId, move: { position } });
  const done = await incidents.incidentsFinish({ offerId, move: {} });
  const idempotencyKey = crypto.randomUUID();
  const feedbackOrder = { outcome: FeedbackOrderOutcomeEnum.Resolved, text: "已妥善处置" };
  const feedback = await incidents.incidentsGiveFeedback({ idempotencyKey, offerId, feedbackOrder });
  const again = await incidents.incidentsGiveFeedback({ idempotencyKey, offerId, feedbackOrder });
  const refused: { code?: string } = await incidents.incidentsAccept({ offerId: crypto.randomUUID() }).then(
    () => ({}), (error: ResponseError) => error.response.json());
  // What a later server adds: a value and a field this client does not know.
  const later = AnsweredFromJSON({ id: offerId, state: "levitating", reason: null, height_m: 3 });
  console.log(JSON.stringify({
    person: me.name, offer: offerId, accepted: accepted.state, task: task.description, done: done.state,
    feedback: feedback.id, again: again.id, refused: refused.code, later: later.state,
  }));
}

await main();
