#include "core/local/private_redis.h"

#include "core/local/file_lock.h"
#include "core/local/private_folder.h"
#include "core/local/retry.h"
#include "core/local/server_link.h"
#include "core/local/server_start.h"
#include "core/local/words.h"
#include "core/runtime/answer.h"
#include "core/runtime/engine_thread.h"

#include <QStandardPaths>
#include <QStorageInfo>

#include <vector>

namespace signalbox::local {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto turnPatience = 5min; // the one before us may be loading a large file
constexpr auto stopPatience = 60s;
constexpr auto turnLockName = "turn.lock"_L1;
constexpr auto usersLockName = "users.lock"_L1;

QString defaultFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + u"/signalbox/redis"_s;
}

} // namespace

/// Two locks make the server's life one queue of turns. `turn.lock`, exclusive: held while somebody starts,
/// finds or stops the server, so never two at once. `users.lock`, shared: held by each process as long as it
/// uses the server, so who gets it exclusively is the last. The kernel drops both with a process.
class PrivateRedis::Private {
public:
    enum class State { Idle, Starting, Up, Leaving };
    using Next = std::function<void(Result<>)>;

    Private(PrivateRedis *q, PrivateRedisOptions given, const runtime::Seams &given2)
        : owner(q), options(std::move(given)), seams(given2), retry(given2)
    {
        if (options.folder.isEmpty()) options.folder = defaultFolder();
        QObject::connect(&link, &ServerLink::closed, owner, [this] { serverLost(); });
    }

    [[nodiscard]] Result<> openLocks()
    {
        Result<PrivateFolder> opened = PrivateFolder::open(options.folder);
        if (!opened) return tl::unexpected(opened.error());
        folder = *opened;
        Result<FileLock> turnFile = FileLock::open(folder->filePath(turnLockName));
        if (!turnFile) return tl::unexpected(turnFile.error());
        turn = std::move(*turnFile);
        if (users.isOpen()) return {}; // kept when the server was lost
        Result<FileLock> usersFile = FileLock::open(folder->filePath(usersLockName));
        if (!usersFile) return tl::unexpected(usersFile.error());
        users = std::move(*usersFile);
        return {};
    }

    void takeTurn(Next next)
    {
        retry.until(
            [this] { return turn.tryLock(FileLock::Mode::Exclusive); }, turnPatience,
            [this, next = std::move(next)](bool isOurs) {
                if (isOurs) return next({});
                next(fail(
                    Error::Kind::Unavailable,
                    Words::tr("The private server in %1 is busy.").arg(folder->path()),
                    Words::tr("Another process has been starting or stopping it for minutes."),
                    Words::tr("See who holds the lock with: fuser %1").arg(folder->filePath(turnLockName))));
            });
    }

    void start(const runtime::Answer<Started> &answer)
    {
        state = State::Starting;
        const Result<> opened = openLocks();
        if (!opened) return startEnded(answer, tl::unexpected(opened.error()));
        takeTurn([this, answer](const Result<> &taken) {
            if (!taken) return startEnded(answer, tl::unexpected(taken.error()));
            // Never refused: it is taken exclusively only by who has the turn.
            if (!users.tryLock(FileLock::Mode::Shared))
                return startEnded(
                    answer,
                    fail(Error::Kind::Internal, Words::tr("The private server's locks are broken."),
                         Words::tr("%1 is locked out of turn.").arg(folder->filePath(usersLockName)),
                         Words::tr("End the process that holds it: fuser %1")
                             .arg(folder->filePath(usersLockName))));
            starter = std::make_unique<ServerStart>(*folder, options, seams, link);
            starter->begin([this, answer](const Result<Started> &started) { startEnded(answer, started); });
        });
    }

    void startEnded(const runtime::Answer<Started> &answer, const Result<Started> &started)
    {
        if (starter) starter.release()->deleteLater(); // we may be in its call
        state = started ? State::Up : State::Idle;
        if (!started) users.close();
        turn.close();
        answer.give(started);
        if (!leavers.empty()) beginLeaving();
    }

    void leave(const runtime::Answer<> &answer)
    {
        leavers.push_back(answer);
        // A start cannot be left half-way: it may have a server to stop. Who asks again gets the same answer.
        if (state != State::Starting && state != State::Leaving) beginLeaving();
    }

    void beginLeaving()
    {
        if (state == State::Idle) return leaveEnded({});
        state = State::Leaving;
        Result<FileLock> turnFile = FileLock::open(folder->filePath(turnLockName));
        if (!turnFile) return leaveEnded(tl::unexpected(turnFile.error()));
        turn = std::move(*turnFile);
        takeTurn([this](const Result<> &taken) {
            if (!taken) return leaveEnded(taken);
            if (!users.tryLock(FileLock::Mode::Exclusive) || !link.isOpen()) return leaveEnded({});
            stopServer();
        });
    }

    void stopServer()
    {
        link.askToStop([this](const QByteArray &refusal) {
            if (refusal.isEmpty()) return waitForEnd();
            leaveEnded(
                fail(Error::Kind::Unavailable, Words::tr("The private server would not stop."),
                     QString::fromUtf8(refusal),
                     Words::tr("It goes on running, with its data; the next start finds it. Its log: %1")
                         .arg(folder->filePath(u"redis.log"_s))));
        });
    }

    /// Its connection ends first; the process, which writes to the folder, only when the kernel drops its
    /// lock.
    void waitForEnd()
    {
        retry.until([this] { return isServerGone(); }, stopPatience,
                    [this](bool isGone) {
                        if (isGone) return leaveEnded({});
                        leaveEnded(fail(
                            Error::Kind::Unavailable, Words::tr("The private server takes long to stop."),
                            Words::tr("It still writes its data to disk."),
                            Words::tr("Wait for it; its log is %1.").arg(folder->filePath(u"redis.log"_s))));
                    });
    }

    [[nodiscard]] bool isServerGone() const
    {
        const Result<FileLock> lock
            = FileLock::open(folder->filePath(QLatin1StringView(ServerStart::serverLockName)));
        return lock && lock->tryLock(FileLock::Mode::Exclusive);
    }

    void leaveEnded(const Result<> &left)
    {
        link.close();
        users.close();
        turn.close();
        state = State::Idle;
        for (const runtime::Answer<> &answer : std::exchange(leavers, {})) answer.give(left);
    }

    void serverLost()
    {
        if (state != State::Up) return;
        state = State::Idle; // and the users' lock stays: we still want it, and start() may follow
        Q_EMIT owner->lost({Error::Kind::ConnectionLost, Words::tr("The private server ended."),
                            Words::tr("It closed its connection at %1.").arg(toText(seams.clock->wallNow())),
                            Words::tr("It is started again; its last words are in %1.")
                                .arg(folder->filePath(u"redis.log"_s))});
    }

    /// The destructor's way: nothing may be waited for. The server goes on stopping when we are gone; whoever
    /// comes meanwhile sees its lock and waits.
    void leaveInPassing()
    {
        if (state != State::Up) return;
        Result<FileLock> turnFile = FileLock::open(folder->filePath(turnLockName));
        if (turnFile && turnFile->tryLock(FileLock::Mode::Exclusive)
            && users.tryLock(FileLock::Mode::Exclusive))
            link.sendStop();
        state = State::Idle;
    }

    PrivateRedis *owner;
    PrivateRedisOptions options;
    runtime::Seams seams;
    Retry retry;
    ServerLink link;
    std::unique_ptr<ServerStart> starter;
    std::optional<PrivateFolder> folder;
    FileLock turn;
    FileLock users;
    State state = State::Idle;
    std::vector<runtime::Answer<>> leavers; ///< who waits for the end of it
};

PrivateRedis::PrivateRedis(PrivateRedisOptions options, const runtime::Seams &seams, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(this, std::move(options), seams))
{
}

PrivateRedis::~PrivateRedis()
{
    d->leaveInPassing();
}

QFuture<Result<PrivateRedis::Started>> PrivateRedis::start()
{
    SIGNALBOX_IN_THREAD_OF(this);
    const runtime::Answer<Started> answer;
    if (d->state == Private::State::Idle) {
        d->start(answer);
    } else {
        answer.give(fail(Error::Kind::WrongState, Words::tr("The private server cannot start."),
                         Words::tr("It was started before."), Words::tr("Leave it first.")));
    }
    return answer.future();
}

QFuture<Result<>> PrivateRedis::leave()
{
    SIGNALBOX_IN_THREAD_OF(this);
    const runtime::Answer<> answer;
    d->leave(answer);
    return answer.future();
}

std::optional<qint64> PrivateRedis::diskFree() const
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (!d->folder) return std::nullopt;
    const QStorageInfo disk(d->folder->path());
    return disk.isValid() ? std::optional(disk.bytesAvailable()) : std::nullopt;
}

} // namespace signalbox::local
