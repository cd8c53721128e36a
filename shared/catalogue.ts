// The one catalogue of errors: code, HTTP status and the sentence for people in Spanish and English.

interface CatalogueEntry {
  /** HTTP status of the answer. */
  readonly status: number;
  /** Sentences with `{param}` places; the same params fill both languages. */
  readonly es: string;
  readonly en: string;
}

export const catalogue = {
  unauthorized: {
    status: 401,
    es: 'No autorizado: {reason}.',
    en: 'Unauthorized: {reason}.',
  },
  forbidden: {
    status: 403,
    es: "Falta el permiso '{scope}'.",
    en: "The scope '{scope}' is missing.",
  },
  login_failed: {
    status: 401,
    es: 'Usuario o contraseña incorrectos, o la cuenta está bloqueada por un momento.',
    en: 'Incorrect user name or password, or the account is blocked for a moment.',
  },
  no_system_access: {
    status: 403,
    es: 'Esta cuenta no tiene acceso: le falta un rol o un grupo, o un grupo suyo está cerrado.',
    en: 'This account has no access: it lacks a role or a group, or a group of its is closed.',
  },
  body_required: { status: 400, es: 'Body JSON requerido.', en: 'JSON body required.' },
  missing_fields: { status: 400, es: '{fields} son requeridos.', en: '{fields} are required.' },
  invalid_field: {
    status: 400,
    es: "El campo '{field}' no es válido: {problem}.",
    en: "The field '{field}' is not valid: {problem}.",
  },
  limit_exceeded: {
    status: 400,
    es: "El campo '{field}' excede lo que admite '{device}': {limit}.",
    en: "The field '{field}' exceeds what '{device}' can hold: {limit}.",
  },
  unsupported: {
    status: 400,
    es: "El dispositivo '{device}' no admite esto: {what}.",
    en: "The device '{device}' cannot do this: {what}.",
  },
  request_malformed: {
    status: 400,
    es: 'La petición no es HTTP válido: ¿la dirección lleva letras sin codificar?',
    en: 'The request is not valid HTTP: does its address contain characters that were not encoded?',
  },
  route_not_found: { status: 404, es: 'Ruta no encontrada.', en: 'Route not found.' },
  device_not_found: {
    status: 404,
    es: "Dispositivo '{device}' no encontrado.",
    en: "Device '{device}' not found.",
  },
  user_not_found: {
    status: 404,
    es: "Usuario '{user_id}' no encontrado.",
    en: "User '{user_id}' not found.",
  },
  name_missing: {
    status: 400,
    es: "El usuario '{user_id}' no está en el dispositivo, y para crearlo hace falta un nombre.",
    en: "User '{user_id}' is not on the device, and a name is needed to create it.",
  },
  undo_not_found: {
    status: 404,
    es: "No se guarda copia del usuario '{user_id}'.",
    en: "No copy of user '{user_id}' is kept.",
  },
  operation_not_found: {
    status: 404,
    es: "Operación '{operation_id}' no encontrada.",
    en: "Operation '{operation_id}' not found.",
  },
  site_read_only: {
    status: 403,
    es: "En la sede '{site}' solo puede consultar.",
    en: "At the site '{site}' you may only read.",
  },
  site_not_found: { status: 404, es: "Sede '{site}' no encontrada.", en: "Site '{site}' not found." },
  person_not_found: { status: 404, es: 'Persona no encontrada.', en: 'Person not found.' },
  person_elsewhere: {
    status: 403,
    es: 'Esa persona está en sedes donde usted no puede cambiar nada; no se cambió nada.',
    en: 'That person is at sites where you may not change anything; nothing was changed.',
  },
  site_group_not_found: { status: 404, es: 'Grupo de sedes no encontrado.', en: 'Group of sites not found.' },
  site_group_in_use: {
    status: 409,
    es: 'El grupo de sedes está en uso: hay personas que entran por él.',
    en: 'The group of sites is in use: there are people who come in by it.',
  },
  import_invalid: {
    status: 400,
    es: 'El archivo tiene errores ({count}); no se cambió nada. El primero: línea {line}, columna {column}: {problem}.',
    en: 'The file has errors ({count}); nothing was changed. The first one: line {line}, column {column}: {problem}.',
  },
  identifier_not_found: {
    status: 404,
    es: 'Identificador no encontrado.',
    en: 'Identifier not found.',
  },
  webhook_not_found: { status: 404, es: 'Webhook no encontrado.', en: 'Webhook not found.' },
  webhook_limit: {
    status: 409,
    es: 'No se admiten más de {most} webhooks por empresa.',
    en: 'A company can have no more than {most} webhooks.',
  },
  cursor_expired: {
    status: 410,
    es: 'Lo que siguió a ese cursor ya no se guarda: comience sin cursor, y lea con GET /punches lo que falte.',
    en: 'What followed that cursor is not kept any more: begin without a cursor, and read what is missing with GET /punches.',
  },
  user_exists: {
    status: 409,
    es: "user_id '{user_id}' ya existe.",
    en: "user_id '{user_id}' already exists.",
  },
  badge_ambiguous: {
    status: 409,
    es: "El user_id '{user_id}' está en varios registros de '{device}' (uid {uids}); no se escribió nada. Indique cuál con ?uid=, o elimínelos todos con DELETE y ?all=true.",
    en: "The user_id '{user_id}' is in several records of '{device}' (uid {uids}); nothing was written. Say which with ?uid=, or delete all of them with DELETE and ?all=true.",
  },
  device_exists: {
    status: 409,
    es: "El dispositivo '{device}' ya existe.",
    en: "The device '{device}' already exists.",
  },
  device_from_file: {
    status: 409,
    es: "El dispositivo '{device}' está en el agent.yaml de su sede; cámbielo allí.",
    en: "The device '{device}' is in the agent.yaml of its site; change it there.",
  },
  device_swapped: {
    status: 409,
    es: "En la dirección de '{device}' responde otro terminal (serie {serial}; se espera {expected}); no se leyó ni se escribió nada. Si es el nuevo, confírmelo con accept_serial.",
    en: "Another terminal answers at the address of '{device}' (serial {serial}, expected {expected}); nothing was read or written. If it is the new one, confirm it with accept_serial.",
  },
  comm_key_needed: {
    status: 400,
    es: "Con otra dirección de '{device}' hay que dar de nuevo su clave de comunicación (password).",
    en: "With another address of '{device}' its comm key (password) must be given again.",
  },
  site_in_use: {
    status: 409,
    es: "La sede '{site}' no se puede eliminar: {reason}.",
    en: "The site '{site}' cannot be deleted: {reason}.",
  },
  wrong_host: {
    status: 421,
    es: 'Este servidor solo responde en {url}; la petición es para otro (Host: {host}).',
    en: 'This server answers at {url} only; the request is meant for another (Host: {host}).',
  },
  update_not_found: {
    status: 404,
    es: "No se ha pedido ninguna actualización para la sede '{site}'.",
    en: "No update was asked for at site '{site}'.",
  },
  rollout_not_found: { status: 404, es: 'Despliegue no encontrado.', en: 'Roll-out not found.' },
  rollout_open: {
    status: 409,
    es: "El despliegue '{id}' aún no ha terminado; espere, o cancélelo.",
    en: "The roll-out '{id}' is not over yet; wait, or cancel it.",
  },
  rollout_over: {
    status: 409,
    es: 'El despliegue ya terminó o fue cancelado.',
    en: 'The roll-out is over or was cancelled.',
  },
  rollout_size: {
    status: 400,
    es: 'Un despliegue es para 1 a {most} sedes; este sería para {count}.',
    en: 'A roll-out is for 1 to {most} sites; this one would be for {count}.',
  },
  update_begun: {
    status: 409,
    es: "La actualización de la sede '{site}' ya no se puede retirar: su agente ya fue avisado, o ya terminó.",
    en: "The update of site '{site}' cannot be taken back any more: its agent was told already, or it is over.",
  },
  site_exists: { status: 409, es: "La sede '{site}' ya existe.", en: "The site '{site}' already exists." },
  finger_enrolled: {
    status: 409,
    es: "El dedo {finger_index} del usuario '{user_id}' ya está enrolado; use replace: true.",
    en: "Finger {finger_index} of user '{user_id}' is already enrolled; use replace: true.",
  },
  conflict: {
    status: 409,
    es: "Otra persona ocupa user_id '{user_id}' en el dispositivo; no se escribió nada.",
    en: "Somebody else holds user_id '{user_id}' on the device; nothing was written.",
  },
  superseded: {
    status: 409,
    es: "Un cambio posterior del usuario '{user_id}' ya comenzó; este no se aplicó.",
    en: "A later change of user '{user_id}' has already begun; this one was not applied.",
  },
  cancelled: { status: 409, es: 'La operación fue cancelada.', en: 'The operation was cancelled.' },
  not_cancellable: {
    status: 409,
    es: "La operación '{operation_id}' ya comenzó o ya terminó; no se puede cancelar.",
    en: "Operation '{operation_id}' has begun or ended; it cannot be cancelled.",
  },
  idempotency_in_progress: {
    status: 409,
    es: 'Otra petición con la misma Idempotency-Key está en curso.',
    en: 'Another request with the same Idempotency-Key is in progress.',
  },
  idempotency_mismatch: {
    status: 422,
    es: 'La Idempotency-Key ya se usó con otra petición.',
    en: 'The Idempotency-Key was already used with another request.',
  },
  device_unreachable: {
    status: 500,
    es: 'Connection timeout to device {address}',
    en: 'Connection timeout to device {address}',
  },
  device_offline: {
    status: 503,
    es: 'Connection timeout to device {address}',
    en: 'Connection timeout to device {address}',
  },
  device_refused: {
    status: 500,
    es: "El dispositivo '{device}' rechazó: {asked} (respuesta {reply}).",
    en: "The device '{device}' refused: {asked} (reply {reply}).",
  },
  device_protocol: {
    status: 500,
    es: "El dispositivo '{device}' respondió algo que no se entiende: {problem}.",
    en: "The device '{device}' answered something that cannot be understood: {problem}.",
  },
  device_full: {
    status: 409,
    es: "El dispositivo '{device}' está lleno: tiene {got} usuarios y caben {max}; no se escribió nada.",
    en: "The device '{device}' is full: it has {got} users and {max} fit; nothing was written.",
  },
  device_hung_up: {
    status: 500,
    es: "El dispositivo '{device}' acepta la conexión y cuelga enseguida; quizá otro programa está conectado: ciérrelo e intente de nuevo.",
    en: "The device '{device}' accepts the connection and hangs up at once; perhaps another program is connected: close it and try again.",
  },
  device_no_route: {
    status: 500,
    es: 'No hay camino en la red hasta {address}; revise la dirección, el cable y la red de la sede.',
    en: 'There is no network route to {address}; check the address, the cable and the network of the site.',
  },
  device_port_closed: {
    status: 500,
    es: 'En {address} hay un equipo que no atiende ese puerto; revise la dirección y el puerto (4370 en los terminales).',
    en: 'The machine at {address} does not listen on that port; check address and port (4370 on terminals).',
  },
  device_name_unknown: {
    status: 500,
    es: "El nombre '{ip}' del dispositivo '{device}' no se conoce en la red de la sede; revíselo, o use su dirección.",
    en: "The name '{ip}' of the device '{device}' is unknown in the network of the site; check it, or use the address.",
  },
  comm_key_refused: {
    status: 500,
    es: "El dispositivo '{device}' rechazó la clave de comunicación.",
    en: "The device '{device}' refused the comm key.",
  },
  device_contradicts: {
    status: 500,
    es: "El dispositivo '{device}' se contradice: {problem}.",
    en: "The device '{device}' contradicts itself: {problem}.",
  },
  dialect_unknown: {
    status: 500,
    es: "No se reconoce el formato de '{device}': {problem}. Indíquelo en 'dialect' del agent.yaml, o con PUT /devices/{device}.",
    en: "The format of '{device}' is not recognised: {problem}. State it under 'dialect' in agent.yaml, or with PUT /devices/{device}.",
  },
  not_verified: {
    status: 500,
    es: "El dispositivo '{device}' aceptó el cambio pero no lo conservó: {what}.",
    en: "The device '{device}' accepted the change but did not keep it: {what}.",
  },
  outcome_unknown: {
    status: 202,
    es: "No se sabe si el cambio quedó en '{device}'.",
    en: "It is not known whether '{device}' holds the change.",
  },
  expired: {
    status: 504,
    es: 'El plazo venció antes de comenzar; no se aplicó nada.',
    en: 'The deadline passed before it began; nothing was applied.',
  },
  agent_offline: {
    status: 503,
    es: "El agente de la sede '{site}' no está conectado.",
    en: "The agent of site '{site}' is not connected.",
  },
  service_unavailable: {
    status: 503,
    es: 'El servicio no está disponible en este momento; no se envió nada.',
    en: 'The service is not available at the moment; nothing was sent.',
  },
  answer_late: {
    status: 504,
    es: "El dispositivo '{device}' no respondió a tiempo.",
    en: "The device '{device}' did not answer in time.",
  },
  agent_storage: {
    status: 503,
    es: "El agente de la sede '{site}' no puede escribir en su disco; no se aplicó nada.",
    en: "The agent of site '{site}' cannot write to its disk; nothing was applied.",
  },
  device_busy: {
    status: 503,
    es: "El dispositivo '{device}' está ocupado: {reason}.",
    en: "The device '{device}' is busy: {reason}.",
  },
  duplicate_finger: {
    status: 409,
    es: 'La huella ya está registrada en el dispositivo.',
    en: 'The fingerprint is already registered on the device.',
  },
  enrol_timeout: {
    status: 409,
    es: 'Nadie puso el dedo a tiempo.',
    en: 'Nobody placed a finger in time.',
  },
  enrol_failed: { status: 409, es: 'El enrolamiento falló.', en: 'The enrolment failed.' },
  token_invalid: {
    status: 401,
    es: 'El token de enrolamiento no es válido, ya se usó o venció.',
    en: 'The enrolment token is not valid, was used or has expired.',
  },
  rejected: {
    status: 500,
    es: 'El agente no entendió la orden: {reason}.',
    en: 'The agent did not understand the command: {reason}.',
  },
  too_many_calls: {
    status: 429,
    es: 'Ya hay {max} llamadas de esta empresa en espera de dispositivos; no se envió nada.',
    en: 'There are already {max} calls of this company waiting for devices; nothing was sent.',
  },
  too_many_requests: { status: 429, es: 'Demasiadas peticiones.', en: 'Too many requests.' },
  body_too_large: { status: 413, es: 'El cuerpo excede {kb} KB.', en: 'The body is over {kb} KB.' },
  config_invalid: {
    status: 500,
    es: '{problems}',
    en: '{problems}',
  },
  internal: { status: 500, es: 'Error interno.', en: 'Internal error.' },
} as const satisfies Record<string, CatalogueEntry>;
