#pragma once

#include "core/local/aof_folder.h"
#include "core/runtime/clock.h"

#include <QObject>
#include <QProcess>

#include <functional>

namespace signalbox::local {

/// Mends an append-only file that the server refuses to load: copies the whole folder aside, lets the
/// server's own redis-check-aof cut off what is damaged, and says how much that was and which jobs it was
/// about. Nothing is touched before the copy is complete.   Threads  the one that made it; never blocks.
class AofRepair : public QObject {
    Q_OBJECT
public:
    using Done = std::function<void(Result<QString>)>; ///< what was done, for a person
    AofRepair(const PrivateFolder &folder, const runtime::Seams &seams, QObject *parent = nullptr);
    /// Once at a time.   Errors  Damaged (the tool could not mend it, or only by dropping more than the tail
    ///          of the last file), Unavailable (no room for the copy, the tool is missing).
    void mend(Done done);
    /// Only the copy; answers its path.
    void copyAside(std::function<void(Result<QString>)> done);

    /// What the server says when it will not load its data and the tool may help.
    [[nodiscard]] static bool isAboutDamage(const QByteArray &serverLog);

private:
    void fix(const QString &copy, const Done &done);
    [[nodiscard]] Result<QString> report(const QByteArray &output, int exitCode, const QString &copy) const;

    PrivateFolder m_folder;
    AofFolder m_data;
    runtime::Seams m_seams;
};

} // namespace signalbox::local
