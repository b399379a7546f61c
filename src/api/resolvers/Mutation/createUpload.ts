import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';
import { ownerOf } from '../../viewer.js';

export const createUpload: NonNullable<MutationResolvers['createUpload']> = (
  _parent,
  { input },
  { viewer, commands, baseUrl },
) =>
  asPayload(
    async () => {
      const { name, size, sha256 } = input;
      const upload = await commands.createUpload(ownerOf(viewer), {
        name,
        size,
        ...(sha256 == null ? {} : { sha256 }),
      });
      const { fileId, token, expiresAt, complete } = upload;
      return {
        upload: { fileId, url: `${baseUrl}/uploads/${fileId}`, authorization: `Bearer ${token}`, expiresAt, complete },
      };
    },
    { upload: null },
  );
