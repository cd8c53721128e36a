// What the stand-in of the IoT control plane can do: certificates, things, and which belongs to which.
import * as z from 'zod';
import { slugSchema } from '../../../shared/domain/identifiers.ts';
import { ServiceError } from '../aws/service-error.ts';
import type { LocalAuthority } from '../certs/authority.ts';
import { AGENT_POLICY, AGENT_TYPE } from '../environment.ts';

export interface Room {
  readonly authority: LocalAuthority;
  /** `host:port` of the broker. */
  readonly endpoint: string;
  readonly region: string;
}

export interface Asked {
  /** The path's second segment. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** ARN of the certificate in question, from a header. */
  readonly principal: string;
  readonly body: unknown;
}

type Action = (room: Room, asked: Asked) => object | Promise<object>;

const csrBody = z.object({ certificateSigningRequest: z.string() });
const targetBody = z.object({ target: z.string() });
const thingBody = z.object({
  attributePayload: z.object({ attributes: z.object({ tenant: slugSchema, site: slugSchema }) }),
});
const statusSchema = z.enum(['ACTIVE', 'INACTIVE', 'REVOKED']);

/** By method and path, names left out. Source: the requests of @aws-sdk/client-iot. */
export const actions: Readonly<Record<string, Action>> = {
  'POST certificates': async ({ authority, region }, { query, body }) => {
    const { certificateSigningRequest } = read(csrBody, body);
    const { id, pem } = await authority.issueFromCsr(certificateSigningRequest).catch((error: unknown) => {
      throw new ServiceError('InvalidRequestException', String(error));
    });
    if (query.get('setAsActive') === 'true') authority.registry.change(id, { status: 'ACTIVE' });
    return { certificateArn: arnOf(region, id), certificateId: id, certificatePem: pem };
  },
  'PUT certificates': ({ authority }, { name, query }) => {
    changed(authority, name, { status: read(statusSchema, query.get('newStatus')) });
    return {};
  },
  'DELETE certificates': ({ authority: { registry } }, { name, query }) => {
    const certificate = registry.certificate(name);
    if (certificate === null) throw new ServiceError('ResourceNotFoundException', `${name} does not exist`);
    const { status, thing, policy } = certificate;
    if (status === 'ACTIVE') throw new ServiceError('CertificateStateException', `${name} is active`);
    if (thing !== null || (policy && query.get('forceDelete') !== 'true')) {
      throw new ServiceError('DeleteConflictException', `${name} is attached`);
    }
    registry.remove(name);
    return {};
  },
  'POST things': ({ authority: { registry } }, { name, body }) => {
    const { attributes } = read(thingBody, body).attributePayload;
    const known = registry.thing(name);
    if (known !== null && (known.tenant !== attributes.tenant || known.site !== attributes.site)) {
      throw new ServiceError('ResourceAlreadyExistsException', `${name} exists with other attributes`);
    }
    registry.putThing(name, attributes);
    return { thingName: name };
  },
  'PATCH things': ({ authority: { registry } }, { name, body }) => {
    existing(registry.thing(name), name);
    registry.putThing(name, read(thingBody, body).attributePayload.attributes);
    return {};
  },
  'DELETE things': ({ authority: { registry } }, { name }) => {
    if (registry.principals(name).length > 0) {
      throw new ServiceError('InvalidRequestException', `${name} has principals`);
    }
    registry.removeThing(name);
    return {};
  },
  'PUT things/principals': ({ authority }, { name, principal }) => {
    existing(authority.registry.thing(name), name);
    changed(authority, idOf(principal), { thing: name });
    return {};
  },
  'DELETE things/principals': ({ authority }, { name, principal }) => {
    existing(authority.registry.thing(name), name);
    changed(authority, idOf(principal), { thing: null });
    return {};
  },
  'GET things/principals': ({ authority: { registry }, region }, { name }) => {
    existing(registry.thing(name), name);
    return { principals: registry.principals(name).map((id) => arnOf(region, id)) };
  },
  'PUT target-policies': ({ authority }, { name, body }) => {
    existing(name === AGENT_POLICY ? name : null, name);
    changed(authority, idOf(read(targetBody, body).target), { policy: true });
    return {};
  },
  'POST target-policies': ({ authority }, { name, body }) => {
    existing(name === AGENT_POLICY ? name : null, name);
    changed(authority, idOf(read(targetBody, body).target), { policy: false });
    return {};
  },
  'POST attached-policies': ({ authority: { registry } }, { name }) => {
    const certificate = registry.certificate(idOf(name));
    existing(certificate, name);
    return { policies: certificate?.policy === true ? [{ policyName: AGENT_POLICY }] : [] };
  },
  // All in one page.
  'GET things': ({ authority: { registry } }, { query }) => ({
    things:
      query.get('thingTypeName') === AGENT_TYPE
        ? registry.things().map(([thingName, attributes]) => ({ thingName, attributes }))
        : [],
  }),
  'GET principals': ({ authority: { registry } }, { principal }) => {
    const certificate = registry.certificate(idOf(principal));
    existing(certificate, principal);
    return { things: certificate?.thing === null ? [] : [certificate?.thing] };
  },
  'POST policy-targets': ({ authority: { registry }, region }, { name }) => {
    existing(name === AGENT_POLICY ? name : null, name);
    return { targets: registry.withPolicy().map((id) => arnOf(region, id)) };
  },
  'GET endpoint': ({ endpoint }) => ({ endpointAddress: endpoint }),
};

function arnOf(region: string, id: string): string {
  return `arn:aws:iot:${region}:000000000000:cert/${id}`;
}

function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ServiceError('InvalidRequestException', z.prettifyError(parsed.error));
}

function existing(found: unknown, name: string): void {
  if (found === null) throw new ServiceError('ResourceNotFoundException', `${name} does not exist`);
}

function changed(
  { registry }: LocalAuthority,
  id: string,
  change: Parameters<typeof registry.change>[1],
): void {
  existing(registry.change(id, change) ? id : null, id);
}
