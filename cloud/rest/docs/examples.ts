// An example of every request, as it can be sent to a system that was just started, and of what may come back.
import type { RouteName } from '../../../shared/api/routes.ts';

export interface Example {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** The 200 body; if left out, it holds only `success` and a sentence. */
  readonly answer: object;
}

const at = '2026-11-23T23:49:42.066Z';
const device = {
  id: 'bodega',
  name: 'Bodega Norte',
  ip: '10.0.0.9',
  port: 4370,
  site: 'casa-matriz',
  serial: null,
  timezone: 'America/La_Paz',
  online: false,
  state: 'unknown',
  since: null,
  last_seen: null,
  created_at: at,
};
const ana = {
  uid: 26,
  user_id: '9001',
  name: 'Ana Quispe',
  privilege: 0,
  card: 6543,
  device_id: 'principal',
};
function identifierAnswer(extended_info: string) {
  return {
    result: [{ identifier_type: 'card', identifier_number: '1850186', success: true, extended_info }],
  };
}

const punch = {
  user_id: '9001',
  timestamp: '2026-11-23T08:01:12',
  status: 1,
  punch: 0,
  device_id: 'principal',
  device_name: 'Entrada principal',
};
const punches = { success: true, total: 1, as_of: at, skipped: 0, data: [punch] };
const storedPunch = {
  id: 'pch_5f0c2d6b3a914e7c8d1f2a3b4c5d6e7f',
  device_id: 'principal',
  site: 'casa-matriz',
  user_id: '9001',
  at: '2026-11-23T08:01:12-04:00',
  local: '2026-11-23T08:01:12',
  status: 1,
  punch: 0,
  source: 'live',
};
const punchEvent = {
  id: storedPunch.id,
  type: 'punch.created',
  timestamp: '2026-11-23T12:01:12.000Z',
  site: 'casa-matriz',
  device_id: 'principal',
  data: storedPunch,
};
const webhook = {
  id: '01M85D1M9Q4Z0C7K2B8N5T3XWV',
  url: 'https://rrhh.example.com/sereno',
  types: ['punch.created'],
  devices: null,
  sites: null,
  state: 'active',
  failing_since: null,
  next_attempt_at: null,
  created_at: at,
  updated_at: at,
};
const hook = { id: webhook.id };
const secret = 'whsec_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0=';
const principal = { device_id: 'principal' };
const bodega = { device_id: 'bodega' };
const her = { ...principal, user_id: '9001' };
const operation = {
  id: '01M85D1GCZPHJM7H6FHJJD3PSZ',
  op: 'user.put',
  device_id: 'principal',
  state: 'succeeded',
  created_at: at,
  settled_at: at,
};
const site = {
  site: 'norte',
  name: 'Sucursal Norte',
  online: false,
  state: 'unknown',
  since: null,
  agent_version: null,
  last_seen: null,
  created_at: at,
};

function said(message: string): object {
  return { success: true, message };
}

/** In an order in which they can be sent one after the other. */
export const examples: Readonly<Partial<Record<RouteName, Example>>> = {
  root: { answer: { success: true, status: 'online', version: '0.1.0', timestamp: at } },
  deviceCreate: {
    body: { id: 'bodega', name: 'Bodega Norte', ip: '10.0.0.9', timezone: 'America/La_Paz' },
    answer: { ...said("Dispositivo 'bodega' registrado."), data: device },
  },
  deviceList: { answer: { success: true, total: 1, data: [device] } },
  deviceUpdate: {
    params: bodega,
    body: { name: 'Bodega Sur', timeout: 10 },
    answer: {
      ...said("Dispositivo 'bodega' actualizado."),
      data: { ...device, name: 'Bodega Sur', updated_at: at },
    },
  },
  deviceDelete: { params: bodega, answer: said("Dispositivo 'bodega' eliminado.") },
  devicePing: {
    params: principal,
    answer: {
      ...said("Conexion exitosa con 'principal'."),
      device_time: '2026-11-23T19:49:42',
      ip: '192.168.1.201',
    },
  },
  deviceInfo: {
    params: principal,
    answer: {
      success: true,
      data: {
        id: 'principal',
        name: 'Entrada principal',
        ip: '192.168.1.201',
        serialnumber: 'CJ8H204560123',
        device_name: 'K40',
        platform: 'ZMM220_TFT',
        firmware_version: 'Ver 6.60 Apr 13 2022',
        users_count: 26,
        device_time: '2026-11-23T19:49:42',
        fingers_count: 31,
        records_count: 400,
        users_capacity: 3000,
        fingers_capacity: 3000,
        records_capacity: 100_000,
      },
    },
  },
  deviceSyncTime: { params: principal, answer: said('[principal] Hora sincronizada.') },
  userCreate: {
    params: principal,
    body: { user_id: '9001', name: 'Ana Quispe', password: '1234', card: 6543 },
    answer: {
      ...said('Usuario registrado.'),
      data: { user_id: '9001', name: 'Ana Quispe', device_id: 'principal' },
    },
  },
  userList: { params: principal, answer: { success: true, total: 1, as_of: at, data: [ana] } },
  userGet: { params: her, answer: { success: true, data: ana } },
  userUpdate: {
    params: her,
    body: { name: 'Ana Quispe Mamani' },
    answer: said("Usuario '9001' actualizado."),
  },
  fingerEnroll: {
    params: her,
    body: { finger_index: 1 },
    answer: {
      ...said('Modo enrolamiento activado. El usuario debe poner el dedo 3 veces.'),
      data: { user_id: '9001', device_id: 'principal', finger_index: 1, finger_name: 'Indice derecho' },
      operation_id: '01M85D1KQ478W8K417B44ANESP',
    },
  },
  fingerList: {
    params: her,
    answer: { success: true, data: [{ finger_index: 1, finger_name: 'Indice derecho', size: 1184 }] },
  },
  attendanceList: { params: principal, answer: punches },
  attendanceAll: { answer: { ...punches, errors: {} } },
  punchList: {
    answer: {
      success: true,
      total: 1,
      data: [{ ...storedPunch, status_name: 'Huella', punch_name: 'Entrada' }],
    },
  },
  eventList: {
    answer: {
      success: true,
      data: [punchEvent],
      next_cursor: 'eyJlbnRyeSI6MiwicGxhY2UiOjAsImF0IjoxNzk1NDY5OTgyMDY2fQ',
    },
  },
  auditList: {
    answer: {
      success: true,
      data: [
        {
          id: '2-17',
          at,
          subject: 'portal',
          face: 'rest',
          address: '203.0.113.7',
          what: 'PUT /devices/{device_id}/users/{user_id}',
          site: 'casa-matriz',
          device_id: 'principal',
          user_id: '9001',
          fields: ['card', 'password'],
          operation_id: '01M85D1GCZPHJM7H6FHJJD3PSZ',
          outcome: 'succeeded',
          settled_at: at,
        },
      ],
    },
  },
  webhookCreate: {
    body: { url: webhook.url, types: webhook.types },
    answer: { ...said('Webhook registrado.'), data: { ...webhook, secret } },
  },
  webhookList: { answer: { success: true, total: 1, data: [webhook] } },
  webhookGet: { params: hook, answer: { success: true, data: webhook } },
  webhookUpdate: {
    params: hook,
    body: { rotate_secret: true },
    answer: { ...said('Webhook actualizado.'), data: { ...webhook, secret } },
  },
  webhookTest: {
    params: hook,
    answer: { success: true, data: { delivered: true, status: 204, ms: 83 } },
  },
  deliveryList: {
    params: hook,
    answer: {
      success: true,
      data: [
        {
          id: '01M85D1N4S7E1XJ0V3R6Q9YBKM',
          event_id: storedPunch.id,
          type: 'punch.created',
          at,
          delivered: true,
          status: 204,
          ms: 83,
        },
      ],
    },
  },
  webhookDelete: { params: hook, answer: said('Webhook eliminado.') },
  userDelete: { params: her, answer: said("Usuario '9001' eliminado.") },
  userRestore: {
    params: her,
    answer: { ...said("Usuario '9001' restaurado."), data: { user_id: '9001', fingers: 1 } },
  },
  wiegandPut: {
    params: { device_id: 'principal' },
    body: { mode: 'decimal', type: 'wiegand_34' },
    answer: { mode: 'decimal', type: 'wiegand_34' },
  },
  wiegandGet: { params: { device_id: 'principal' }, answer: { mode: 'decimal', type: 'wiegand_34' } },
  identifierPut: {
    params: { device_id: 'principal' },
    query: { type: 'card' },
    body: {
      list_items: [
        {
          identifier_number: '1850186',
          identifier_owner: { type: 'guest', name: 'Visita Lopez' },
          lock: 'all',
          valid: {
            time: { is_permanent: false, from: 1767225600, to: 4102444800 },
            passes: { is_permanent: false, max_passes: 5 },
          },
        },
      ],
    },
    answer: identifierAnswer('created'),
  },
  identifierList: {
    params: { device_id: 'principal' },
    query: { type: 'card', limit: '10' },
    answer: {
      list_items: [
        {
          identifier_owner: { type: 'guest', name: 'Visita Lopez' },
          identifier_type: 'card',
          identifier_number: '1850186',
          lock: 'all',
          valid: {
            time: { is_permanent: false, from: 1767225600, to: 4102444800 },
            passes: { is_permanent: false, max_passes: 5 },
          },
          time_profiles: { count: 0, uid_items: [], link_ids: [] },
          additional: { passes_left: 5 },
          state: 'active',
          passes_enforced: 'polled',
          on_terminal: true,
        },
      ],
      list_option: { pagination: { total_items: 1, items_limit: 10, total_pages: 1, current_page: 1 } },
    },
  },
  identifierReset: {
    params: { device_id: 'principal' },
    query: { type: 'card', number: '1850186' },
    answer: identifierAnswer('updated'),
  },
  identifierDelete: {
    params: { device_id: 'principal' },
    query: { type: 'card' },
    body: { list_items: [{ identifier_number: '1850186' }] },
    answer: identifierAnswer('deleted'),
  },
  operationList: { answer: { success: true, data: [operation] } },
  operationGet: {
    answer: {
      success: true,
      data: {
        ...operation,
        result: {
          message: 'Usuario registrado.',
          data: { user_id: '9001', name: 'Ana Quispe', device_id: 'principal' },
        },
      },
    },
  },
  operationCancel: { answer: said('Operación cancelada.') },
  siteCreate: {
    body: { site: 'norte', name: 'Sucursal Norte' },
    answer: { ...said("Sede 'norte' registrada."), data: site },
  },
  siteList: { answer: { success: true, total: 1, data: [site] } },
  siteEnrollment: {
    params: { site: 'norte' },
    answer: {
      success: true,
      data: {
        token: 'sereno_EXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE',
        expires_at: at,
        command: 'sudo sereno-agent enroll https://api.example.com sereno_EXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE',
      },
    },
  },
  siteUpdate: {
    params: { site: 'norte' },
    body: { name: 'Sucursal Norte' },
    answer: { ...said("Sede 'norte' actualizada."), data: site },
  },
  siteAgentDelete: { params: { site: 'norte' }, answer: said("Agente de 'norte' revocado.") },
  siteDelete: { params: { site: 'norte' }, answer: said("Sede 'norte' eliminada.") },
};
