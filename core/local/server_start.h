#pragma once

#include "core/local/aof_folder.h"
#include "core/local/aof_repair.h"
#include "core/local/file_lock.h"
#include "core/local/private_redis.h"
#include "core/local/retry.h"
#include "core/local/server_link.h"
#include "core/local/server_process.h"

namespace signalbox::local {

/// Brings the server of a folder up, or finds it running; mends its data on the way where that is needed.
/// The caller holds the folder's turn until it has an answer: nobody else starts or stops a server then.
/// Threads  the engine; never blocks.
class ServerStart : public QObject {
    Q_OBJECT
public:
    using Done = std::function<void(Result<PrivateRedis::Started>)>;
    /// Held by the server itself from before it runs until it is gone, so that no two ever share the folder.
    static constexpr const char *serverLockName = "server.lock";

    ServerStart(const PrivateFolder &folder, const PrivateRedisOptions &options, const runtime::Seams &seams,
                ServerLink &link, QObject *parent = nullptr);
    void begin(Done done); ///< once

private:
    void look();
    void prepare();
    void rebuildManifest();
    void launch();
    void ask();
    void askAgain();
    void heed(ServerLink::Answer answer);
    void processEnded();
    void finish();
    void refuse(Error error);
    [[nodiscard]] Result<QString> findProgram() const;
    [[nodiscard]] Result<> writeFiles();
    [[nodiscard]] QByteArray logSinceLaunch() const;
    [[nodiscard]] Error lastWords(const QString &what) const;

    PrivateFolder m_folder;
    PrivateRedisOptions m_options;
    runtime::Seams m_seams;
    ServerLink &m_link;
    AofFolder m_data;
    AofRepair m_repair;
    ProcessWatch m_process;
    std::unique_ptr<runtime::Timer> m_again;
    std::chrono::nanoseconds m_silentUntil{0};
    FileLock m_serverLock;
    QString m_program;
    QString m_socketPath;
    qint64 m_logBegin = 0;
    bool m_attached = false;
    bool m_wasMended = false;
    QStringList m_notices;
    Done m_done;
};

} // namespace signalbox::local
