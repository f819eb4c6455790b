#include "core/worker/handlers/http_exchange.h"

#include "core/runtime/clock.h"
#include "core/worker/words.h"

#include <QEventLoop>
#include <QNetworkAccessManager>

#include <algorithm>
#include <memory>
#include <mutex>

namespace signalbox::worker {

namespace {

/// Wakes a loop from another thread when a token is cancelled, and forgets the loop in time.
class LoopWaker {
public:
    LoopWaker(const CancelToken &token, QEventLoop &loop) : m_shared(std::make_shared<Shared>())
    {
        m_shared->loop = &loop;
        token.whenCancelled([shared = m_shared] {
            const std::lock_guard lock(shared->mutex);
            if (shared->loop) shared->loop->wakeUp();
        });
    }
    ~LoopWaker()
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->loop = nullptr;
    }
    Q_DISABLE_COPY_MOVE(LoopWaker)

private:
    struct Shared { // owners: this and the token's call
        std::mutex mutex;
        QEventLoop *loop = nullptr;
    };
    std::shared_ptr<Shared> m_shared;
};

std::optional<qint64> totalOf(const QNetworkReply &reply)
{
    const QVariant length = reply.header(QNetworkRequest::ContentLengthHeader);
    return length.isValid() ? std::optional(length.toLongLong()) : std::nullopt;
}

/// The event loop of a thread that has none: runs until what is waited for is there or the run is cancelled.
/// What ends the waiting in this thread calls leave(): a dispatcher that has just sent posted events waits
/// for others all the same.
class TokenLoop {
public:
    explicit TokenLoop(const CancelToken &token) : m_token(token), m_waker(token, m_loop) { }
    [[nodiscard]] QObject &context() { return m_loop; } ///< of connections that end with it
    void leave() { m_loop.quit(); }
    template <typename IsDone> void runUntil(IsDone isDone)
    {
        while (!isDone() && !m_token.isCancelled()) {
            // A lease that was renewed meanwhile leaves the timer's end too early: look again then.
            if (!m_leaseEnd->isActive())
                if (const std::optional<std::chrono::nanoseconds> left = m_token.untilLeaseEnd())
                    m_leaseEnd->start(std::chrono::ceil<std::chrono::milliseconds>(*left));
            m_loop.processEvents(QEventLoop::WaitForMoreEvents);
        }
    }

private:
    const CancelToken &m_token;
    QEventLoop m_loop; // the only one of this thread
    const LoopWaker m_waker;
    const std::unique_ptr<runtime::Timer> m_leaseEnd
        = runtime::systemSeams().timers->makeTimer([this] { leave(); }); // the token itself says why
};

} // namespace

QNetworkRequest plainRequest(const QUrl &url, std::chrono::milliseconds silenceMax)
{
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setHeader(QNetworkRequest::UserAgentHeader, QStringLiteral("Signalbox"));
    request.setTransferTimeout(static_cast<int>(silenceMax.count()));
    // What is said to be small and unpacks to gigabytes counts unpacked; we ask for no packing to begin with.
    request.setRawHeader("Accept-Encoding", "identity");
    return request;
}

std::optional<QHostInfo> lookUpHost(const QString &name, const CancelToken &token)
{
    if (token.isCancelled()) return {};
    std::optional<QHostInfo> found;
    TokenLoop waiting(token);
    const int lookup = QHostInfo::lookupHost(name, &waiting.context(), [&](const QHostInfo &info) {
        found = info;
        waiting.leave();
    });
    waiting.runUntil([&] { return found.has_value(); });
    if (!found)
        QHostInfo::abortHostLookup(lookup); // the resolver's own thread may go on; nobody waits for it
    return found;
}

HttpAnswer HttpExchange::post(const QNetworkRequest &request, const QByteArray &body)
{
    QNetworkAccessManager manager; // one an exchange: it belongs to this thread, which may end at any time
    const std::unique_ptr<QNetworkReply> reply(manager.post(request, body));
    return finish(*reply);
}

HttpAnswer HttpExchange::get(const QNetworkRequest &request)
{
    QNetworkAccessManager manager;
    const std::unique_ptr<QNetworkReply> reply(manager.get(request));
    return finish(*reply);
}

HttpAnswer HttpExchange::finish(QNetworkReply &reply)
{
    HttpAnswer answer;
    answer.end = HttpAnswer::End::Answered;
    TokenLoop waiting(m_token);
    QObject::connect(&reply, &QNetworkReply::finished, &waiting.context(), [&] { waiting.leave(); });
    QObject::connect(&reply, &QNetworkReply::readyRead, &waiting.context(), [&] {
        read(reply, answer);
        if (answer.end != HttpAnswer::End::Answered) waiting.leave();
    });
    waiting.runUntil([&] { return reply.isFinished() || answer.end != HttpAnswer::End::Answered; });
    if (answer.end == HttpAnswer::End::Answered) read(reply, answer);
    if (!reply.isFinished()) {
        if (m_token.isCancelled()) answer.end = HttpAnswer::End::Cancelled;
        reply.abort();
        return answer;
    }
    answer.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    answer.contentType = reply.header(QNetworkRequest::ContentTypeHeader).toByteArray();
    answer.redirect = reply.attribute(QNetworkRequest::RedirectionTargetAttribute).toUrl();
    // A status is an answer, whatever QNetworkReply calls it; without one the network failed, and likewise
    // where a success ended before its body did.
    const bool isCutShort = reply.error() != QNetworkReply::NoError && answer.status < 300;
    if (answer.end == HttpAnswer::End::Answered && (answer.status == 0 || isCutShort)) {
        answer.end = HttpAnswer::End::Broken;
        answer.error = reply.errorString();
        if (reply.error()
            == QNetworkReply::OperationCanceledError) // nobody else cancels: Qt's transfer timeout
            answer.error = Words::tr("The server was silent for too long.");
    }
    return answer;
}

void HttpExchange::read(QNetworkReply &reply, HttpAnswer &answer)
{
    if (!reply.isOpen()) return; // aborted: by the silence limit, say
    const QByteArray bytes = reply.readAll();
    m_bodyBytes += bytes.size();
    if (m_bodyBytes > m_bodyBytesMax) {
        answer.end = HttpAnswer::End::TooLarge;
    } else if (m_reader && reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() / 100 == 2) {
        if (!bytes.isEmpty() && !m_reader(bytes, totalOf(reply))) answer.end = HttpAnswer::End::Refused;
    } else {
        answer.body += bytes;
    }
}

} // namespace signalbox::worker
