// Structured logs: tenant, site, device, command and trace ids; never names, PINs, cards, tokens or bodies.
import { Logger } from '@aws-lambda-powertools/logger';

export const log = new Logger({ serviceName: 'sereno' });
