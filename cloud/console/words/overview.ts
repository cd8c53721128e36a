// Words of the overview.
export const overview = {
  title: { es: 'Resumen', en: 'Overview' },
  branches: { es: 'Sedes', en: 'Branches' },
  terminals: { es: 'Terminales', en: 'Terminals' },
  needs: { es: 'Lo primero', en: 'What needs a hand first' },
  allWell: {
    es: 'Todo en orden: nada necesita ayuda.',
    en: 'All is well: nothing needs a hand.',
  },
  more_one: { es: 'y uno más', en: 'and one more' },
  more_other: { es: 'y {{count}} más', en: 'and {{count}} more' },
  next: {
    offline: {
      es: 'Mire si tiene corriente y red. Si su sede está sin conexión, comience por el mini-PC de la sede.',
      en: 'See whether it has power and network. If its branch is offline, begin with the mini-PC of the branch.',
    },
    refused: {
      es: 'Su clave de comunicación no es la registrada. Compárela en el menú del terminal y corríjala en su página.',
      en: 'Its comm key is not the one registered. Compare it in the menu of the terminal and mend it on its page.',
    },
    swapped: {
      es: 'Responde otro aparato. Si lo cambiaron a propósito, acepte su número de serie en su página.',
      en: 'Another machine answers. If it was replaced on purpose, accept its serial number on its page.',
    },
    unknown: {
      es: 'Nadie lo ha probado todavía: se prueba en un minuto.',
      en: 'Nobody has tried it yet: it is tried within a minute.',
    },
  },
  nextOfOperation: {
    es: 'No se sabe si el terminal lo tiene. Ábrala: cuando el terminal responda, lo dirá. No la repita sin mirar antes.',
    en: 'Whether the terminal has it is not known. Open it: once the terminal answers, it will tell. Do not repeat it before you have looked.',
  },
  rule: {
    'rule.overdue': { es: 'Acceso vencido', en: 'Pass overdue' },
    'rule.failed': { es: 'Acceso rechazado', en: 'Pass refused' },
  },
  ruleOf: { es: '{{user}} en {{device}}', en: '{{user}} at {{device}}' },
  nextOfRule: {
    'rule.overdue': {
      es: 'Su plazo o sus pases terminaron y no consta que se haya quitado: quizás todavía entra. Mire si el terminal responde; se quita solo en cuanto lo haga.',
      en: 'Its time or its passes are over, and it is not known to be off: somebody may still come in. See whether the terminal answers; it goes off by itself as soon as it does.',
    },
    'rule.failed': {
      es: 'El terminal no lo acepta: puede estar lleno, o tener ese número otra persona. Ábralo y délo de otro modo.',
      en: 'The terminal does not take it: it may be full, or somebody else has that number. Open it and give it in another way.',
    },
  },
  happened: { es: 'Lo último que pasó', en: 'What happened last' },
  nothing: { es: 'No ha pasado nada todavía', en: 'Nothing has happened yet' },
  /** By type of event. */
  event: {
    'punch.created': { es: 'Marcó {{user_id}}', en: '{{user_id}} punched' },
    'user.created': { es: 'Usuario {{user_id}} agregado', en: 'User {{user_id}} added' },
    'user.updated': { es: 'Usuario {{user_id}} cambiado', en: 'User {{user_id}} changed' },
    'user.deleted': { es: 'Usuario {{user_id}} eliminado', en: 'User {{user_id}} deleted' },
    'device.online': { es: 'El terminal {{device}} responde', en: 'Terminal {{device}} answers' },
    'device.offline': { es: 'El terminal {{device}} no responde', en: 'Terminal {{device}} does not answer' },
    'device.refused': { es: 'El terminal {{device}} no deja entrar', en: 'Terminal {{device}} refuses' },
    'device.swapped': {
      es: 'En el lugar de {{device}} responde otro aparato',
      en: 'Another machine answers in the place of {{device}}',
    },
    'agent.online': { es: 'La sede {{site}} se conectó', en: 'Branch {{site}} has connected' },
    'agent.offline': { es: 'La sede {{site}} perdió la conexión', en: 'Branch {{site}} has gone offline' },
    'agent.updated': {
      es: 'El agente de {{site}} se actualizó a {{version}}',
      en: 'The agent of {{site}} was updated to {{version}}',
    },
    'agent.update_failed': {
      es: 'La actualización del agente de {{site}} a {{version}} falló',
      en: 'The update of the agent of {{site}} to {{version}} has failed',
    },
    'certificate.ending': {
      es: 'El certificado de {{site}} vence y no se ha renovado',
      en: 'The certificate of {{site}} ends and was not renewed',
    },
    'certificate.renewed': {
      es: 'El certificado de {{site}} se renovó',
      en: 'The certificate of {{site}} was renewed',
    },
    'clock.off': { es: 'El reloj de {{site}} no está en hora', en: 'The clock of {{site}} is wrong' },
    'clock.ok': { es: 'El reloj de {{site}} está en hora', en: 'The clock of {{site}} is right again' },
    'disk.low': { es: 'El disco de {{site}} está casi lleno', en: 'The disk of {{site}} is nearly full' },
    'disk.ok': { es: 'El disco de {{site}} tiene sitio', en: 'The disk of {{site}} has room again' },
    'rule.on': {
      es: 'El acceso de {{user_id}} en {{device}} comenzó',
      en: 'The pass of {{user_id}} at {{device}} has begun',
    },
    'rule.off': {
      es: 'El acceso de {{user_id}} en {{device}} terminó',
      en: 'The pass of {{user_id}} at {{device}} has ended',
    },
    'rule.overdue': {
      es: 'El acceso de {{user_id}} en {{device}} terminó, y no consta que se haya quitado',
      en: 'The pass of {{user_id}} at {{device}} has ended, and is not known to be taken off',
    },
    'rule.restored': {
      es: 'El acceso de {{user_id}} en {{device}} se cambió en el teclado y se corrigió',
      en: 'The pass of {{user_id}} at {{device}} was changed at the keypad and put right',
    },
    'rule.failed': {
      es: 'El terminal {{device}} no acepta el acceso de {{user_id}}',
      en: 'Terminal {{device}} does not take the pass of {{user_id}}',
    },
    'person.in_step': {
      es: '{{person_id}} está al día en {{device}}',
      en: '{{person_id}} is in step at {{device}}',
    },
    'person.refused': {
      es: 'El terminal {{device}} no acepta a {{person_id}}',
      en: 'Terminal {{device}} does not take {{person_id}}',
    },
    'person.drift': {
      es: 'Alguien cambió a {{person_id}} en {{device}}',
      en: 'Somebody has changed {{person_id}} at {{device}}',
    },
    'person.repaired': {
      es: '{{person_id}} se corrigió en {{device}}',
      en: '{{person_id}} was put right at {{device}}',
    },
    'job.done': {
      es: 'Un lote terminó: {{succeeded}} de {{total}} hechos',
      en: 'A batch has ended: {{succeeded}} of {{total}} done',
    },
    'operation.unknown': {
      es: 'No se sabe cómo terminó un cambio en {{device}}',
      en: 'How a change at {{device}} ended is not known',
    },
    'rollout.stopped': {
      es: 'El despliegue de {{version}} se detuvo: {{failed}} sucursales fallaron',
      en: 'The roll-out of {{version}} has stopped: {{failed}} branches failed',
    },
    'rollout.done': {
      es: 'El despliegue de {{version}} terminó: {{updated}} actualizadas, {{failed}} fallidas',
      en: 'The roll-out of {{version}} is over: {{updated}} updated, {{failed}} failed',
    },
    'webhook.paused': { es: 'El webhook {{url}} está en pausa', en: 'Webhook {{url}} is paused' },
  },
} as const;
