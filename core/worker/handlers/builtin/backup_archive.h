#pragma once

#include "core/worker/handlers/builtin/backup_manifest.h"
#include "core/worker/handlers/builtin/builtin_jobs.h"
#include "core/worker/handlers/builtin/tar_reader.h"

namespace signalbox::worker {

/// Reads a whole archive against its manifest: every file there is in both, with the same size and SHA-256.
/// Each entry is shown to `visit` before its content, which then gets the chunks through what `visit` returns
/// (nothing: only checked).   Errors   Damaged, and those of the two.
using ArchiveVisitor = std::function<Result<TarReader::Chunk>(const TarEntry &)>;
[[nodiscard]] Result<> readArchive(BuiltinCall &call, const QString &archive, const BackupManifest &manifest,
                                   const ArchiveVisitor &visit);

/// The archive file's own SHA-256, against the manifest's.   Errors   Damaged.
[[nodiscard]] Result<> checkArchiveFile(BuiltinCall &call, const QString &archive,
                                        const BackupManifest &manifest);

} // namespace signalbox::worker
