// The box of this installation, put together once per container: over KMS, or over a key file where there is none.
import { kmsClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { sealConfig } from '../config.ts';
import { FileDataKeys } from '../file-data-keys.ts';
import { KmsDataKeys } from '../kms-data-keys.ts';
import { SealedBox, type SecretBox } from '../seal.ts';

let made: SecretBox | null = null;

export function secretBox(): SecretBox {
  if (made === null) {
    const config = sealConfig();
    made = new SealedBox(
      'keyFile' in config
        ? new FileDataKeys(config.keyFile)
        : new KmsDataKeys({ client: kmsClient, keyId: config.kmsKey, now: systemClock.now }),
    );
  }
  return made;
}
