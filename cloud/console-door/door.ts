// The way in for the console: its files, and the session of whoever signs in, kept in a cookie.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { preferredLanguage } from '../../shared/accept-language.ts';
import type { ConsoleSession } from '../../shared/api/console-routes.ts';
import { consoleSession, isConsoleRequest, sessionCookie } from '../accounts/console-session.ts';
import { type LoginPorts, login } from '../accounts/login.ts';
import { type Operator, scopesOf, subjectOf } from '../accounts/operator.ts';
import { spanSeconds } from '../accounts/spans.ts';
import { splitUsername, type TenantSettings, tenantOfAddress } from '../accounts/tenants.ts';
import { enterLogin } from '../audit/logins.ts';
import type { AuditTrail } from '../audit/trail.ts';
import { about, log } from '../log.ts';
import { type Answer, ok } from '../rest/answer/answer.ts';
import { compressed } from '../rest/answer/compressed.ts';
import { Problem } from '../rest/answer/problem.ts';
import { problemAnswer } from '../rest/answer/problem-answer.ts';
import { consolePage } from './page.ts';

export interface DoorPorts extends LoginPorts {
  readonly audit: AuditTrail;
  readonly tenants: TenantSettings;
}

interface DoorAnswer extends Answer {
  readonly cookies?: string[];
}

const credentials = z.object({ username: z.string().min(1).max(255), password: z.string().min(1).max(255) });

function bodyOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): unknown {
  try {
    return JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
  } catch {
    return null;
  }
}

function viewOf(operator: Operator): ConsoleSession {
  const { tenant, user, role } = operator;
  return {
    user_id: user.id,
    username: user.username,
    name: user.name,
    surname: user.surname,
    tenant,
    type: role.type,
    scopes: scopesOf(operator),
    manages_tokens: role.managesTokens,
    change_password: user.passwordGiven,
    idle_seconds: spanSeconds(user.autologout) ?? 0,
  };
}

async function signIn(ports: DoorPorts, event: APIGatewayProxyEventV2): Promise<DoorAnswer> {
  const { headers, requestContext } = event;
  if (!isConsoleRequest(headers)) throw new Problem('unauthorized', { params: { reason: '@token_missing' } });
  const given = credentials.safeParse(bodyOf(event));
  if (!given.success) throw new Problem('login_failed');
  const address = tenantOfAddress({ path: undefined, host: headers.host }, ports.tenants);
  const who = splitUsername(given.data.username, address, ports.tenants);
  const from = requestContext.http.sourceIp;
  const origin = { face: 'rest', address: from, what: event.routeKey } as const;
  const outcome = await login(ports, { ...who, password: given.data.password, from }, (told) =>
    enterLogin(ports, origin, told),
  );
  if (outcome.kind === 'failed') throw new Problem('login_failed');
  if (outcome.kind === 'no_access') throw new Problem('no_system_access');
  return { ...ok({ data: viewOf(outcome.operator) }), cookies: [sessionCookie(headers, outcome.session)] };
}

async function operatorOf(ports: DoorPorts, { headers, cookies = [] }: APIGatewayProxyEventV2) {
  const session = consoleSession(headers, cookies);
  const operator = session === null ? null : await ports.sessions.operatorOf(session);
  return operator === null || typeof operator === 'string' ? null : operator;
}

async function whoIsIn(ports: DoorPorts, event: APIGatewayProxyEventV2): Promise<DoorAnswer> {
  const operator = await operatorOf(ports, event);
  // Nobody: this is what the page asks first, and no failure.
  return ok({ data: operator === null ? null : viewOf(operator) });
}

async function signOut(ports: DoorPorts, event: APIGatewayProxyEventV2): Promise<DoorAnswer> {
  if (!isConsoleRequest(event.headers)) {
    throw new Problem('unauthorized', { params: { reason: '@token_missing' } });
  }
  const operator = await operatorOf(ports, event);
  if (operator !== null) {
    const { id, username } = operator.user;
    const deed = {
      subject: subjectOf(operator),
      face: 'rest',
      address: event.requestContext.http.sourceIp,
      what: event.routeKey,
      fields: [],
      objects: [{ kind: 'session', id, name: username, action: 'delete' }],
    } as const;
    const place = await ports.audit.begin(operator.tenant, {
      ...deed,
      fields: [],
      objects: [...deed.objects],
    });
    await ports.sessions.close(operator);
    await ports.audit
      .end(operator.tenant, place, { outcome: 'succeeded' })
      .catch((error: unknown) => log.error('outcome not entered', error as Error));
  }
  return { ...ok({}), cookies: [sessionCookie(event.headers, null)] };
}

async function answerTo(ports: () => DoorPorts, event: APIGatewayProxyEventV2): Promise<DoorAnswer> {
  switch (event.routeKey) {
    case 'POST /console/session':
      return signIn(ports(), event);
    case 'GET /console/session':
      return whoIsIn(ports(), event);
    case 'DELETE /console/session':
      return signOut(ports(), event);
    default:
      return consolePage(event.pathParameters?.file ?? '');
  }
}

/** Answers an event of the gateway. */
export function consoleDoor(ports: () => DoorPorts) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const notes = { route: event.routeKey, requestId: event.requestContext.requestId };
    const answered = await about(notes, () =>
      answerTo(ports, event).catch((error: unknown): DoorAnswer => {
        if (!(error instanceof Problem)) log.error('unexpected', error as Error);
        return problemAnswer(error, preferredLanguage(event.headers['accept-language']));
      }),
    );
    const { cookies = [], ...answer } = answered;
    const sent = await compressed(answer, event.headers['accept-encoding']);
    return { ...sent, headers: { ...sent.headers }, ...(cookies.length === 0 ? {} : { cookies }) };
  };
}
