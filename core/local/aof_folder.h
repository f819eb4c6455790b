#pragma once

#include "core/local/private_folder.h"

#include <QStringList>

#include <optional>

namespace signalbox::local {

/// What lies in the folder of the server's append-only files. Redis starts empty, without a word, when the
/// manifest is missing; so this is looked at before every start.   Threads  any; a value.
class AofFolder {
public:
    static constexpr const char *name = "appendonlydir";
    static constexpr const char *manifestName = "appendonly.aof.manifest";
    enum class State {
        Fresh,           ///< no data, and no server ever ran here
        Whole,           ///< there is a manifest, for Redis to judge
        ManifestMissing, ///< data files without the manifest: buildManifest() can make one
        DataMissing,     ///< a server ran here and its data is gone
    };
    explicit AofFolder(const PrivateFolder &folder) : m_folder(folder) { }
    [[nodiscard]] State state() const;
    [[nodiscard]] QString path() const { return m_folder.filePath(QLatin1StringView(name)); }
    [[nodiscard]] QString manifestPath() const
    {
        return path() + QLatin1Char('/') + QLatin1StringView(manifestName);
    }
    /// The manifest that these files had, from their names: one base at most, then the increments in order.
    /// Errors   Damaged, where names alone do not say which files belong together.
    [[nodiscard]] Result<QByteArray> buildManifest() const;
    [[nodiscard]] Result<> writeManifest(const QByteArray &text) const;
    /// A server has run here: from now on an empty folder is a loss and not a first start.
    [[nodiscard]] Result<> markUsed() const;
    [[nodiscard]] static Error dataMissing(const PrivateFolder &folder);

private:
    [[nodiscard]] QStringList dataFiles() const;
    PrivateFolder m_folder;
};

} // namespace signalbox::local
