#include "tests/faults/fault_proxy.h"

#include <QtDebug>

#include <algorithm>

namespace signalbox::test {

struct FaultProxy::Link {
    int number = 0;
    bool dead = false;
    bool holdingCommands = false;
    bool holdingReplies = false;
    std::unique_ptr<QLocalSocket> client, server;
    QByteArray fromClient, fromServer;
    std::deque<Command> unanswered; ///< passed on; their replies come in this order
};

namespace {

/// End of the line that starts at `at`, behind its CRLF; -1 while it is not there.
qsizetype lineEnd(const QByteArray &bytes, qsizetype at)
{
    const qsizetype found = bytes.indexOf("\r\n", at);
    return found < 0 ? -1 : found + 2;
}

/// End of the value that starts at `at`; -1 while it is not complete.
qsizetype valueEnd(const QByteArray &bytes, qsizetype at)
{
    const qsizetype end = lineEnd(bytes, at);
    if (end < 0) return -1;
    const char type = bytes.at(at);
    if (type != '$' && type != '*') return end;
    const qlonglong count = bytes.mid(at + 1, end - at - 3).toLongLong();
    if (count < 0) return end;
    if (type == '$') return bytes.size() >= end + count + 2 ? end + count + 2 : -1;
    qsizetype next = end;
    for (qlonglong i = 0; i < count && next >= 0; ++i)
        next = next < bytes.size() ? valueEnd(bytes, next) : -1;
    return next;
}

} // namespace

qsizetype respFrameLength(const QByteArray &bytes)
{
    return bytes.isEmpty() ? 0 : std::max<qsizetype>(0, valueEnd(bytes, 0));
}

QByteArrayList respWords(const QByteArray &frame)
{
    QByteArrayList words;
    qsizetype at = lineEnd(frame, 0);
    while (at > 0 && at < frame.size()) {
        const qsizetype start = lineEnd(frame, at);
        const qsizetype length = frame.mid(at + 1, start - at - 3).toLongLong();
        words += frame.mid(start, length);
        at = start + length + 2;
    }
    return words;
}

QByteArray respFrame(const QByteArrayList &words)
{
    QByteArray frame = '*' + QByteArray::number(words.size()) + "\r\n";
    for (const QByteArray &word : words)
        frame += '$' + QByteArray::number(word.size()) + "\r\n" + word + "\r\n";
    return frame;
}

FaultProxy::FaultProxy(QString serverSocket) : m_serverSocket(std::move(serverSocket))
{
    connect(&m_listener, &QLocalServer::newConnection, this, &FaultProxy::accept);
    if (!m_listener.listen(m_folder.filePath(QStringLiteral("proxy.sock"))))
        qFatal("The fault proxy cannot listen: %s", qPrintable(m_listener.errorString()));
}

FaultProxy::~FaultProxy()
{
    for (const auto &link : m_links) {
        link->client->disconnect(this);
        link->server->disconnect(this);
    }
}

QString FaultProxy::urlText() const
{
    return QStringLiteral("unix://") + m_listener.fullServerName();
}

void FaultProxy::accept()
{
    while (QLocalSocket *socket = m_listener.nextPendingConnection()) {
        if (m_refuse) {
            ++m_faults;
            socket->abort();
            socket->deleteLater();
            continue;
        }
        std::erase_if(m_links, [](const auto &link) { return link->dead; });
        auto &link = *m_links.emplace_back(std::make_unique<Link>());
        link.number = ++m_connections;
        socket->setParent(nullptr);
        link.client.reset(socket);
        link.server = std::make_unique<QLocalSocket>();
        Link *raw = &link; // lives until the next accept() after its death
        connect(raw->client.get(), &QLocalSocket::readyRead, this, [this, raw] { pump(*raw, true); });
        connect(raw->server.get(), &QLocalSocket::readyRead, this, [this, raw] { pump(*raw, false); });
        connect(raw->client.get(), &QLocalSocket::disconnected, this, [this, raw] { cut(*raw); });
        connect(raw->server.get(), &QLocalSocket::disconnected, this, [this, raw] { cut(*raw); });
        connect(raw->server.get(), &QLocalSocket::errorOccurred, this, [this, raw] { cut(*raw); });
        raw->server->connectToServer(m_serverSocket);
    }
}

void FaultProxy::pump(Link &link, bool towardsServer)
{
    QLocalSocket &source = towardsServer ? *link.client : *link.server;
    QByteArray &buffer = towardsServer ? link.fromClient : link.fromServer;
    buffer += source.readAll();
    const bool &holding = towardsServer ? link.holdingCommands : link.holdingReplies;
    while (!link.dead && !holding) {
        const qsizetype length = respFrameLength(buffer);
        if (length == 0) return;
        const QByteArray frame = buffer.first(length);
        handleFrame(link, towardsServer, frame);
        if (!holding && !link.dead) buffer.remove(0, length);
    }
}

void FaultProxy::handleFrame(Link &link, bool towardsServer, const QByteArray &frame)
{
    QLocalSocket &target = towardsServer ? *link.server : *link.client;
    Fate fate = Fate::Pass;
    Command command;
    if (towardsServer) {
        command = Command{link.number, respWords(frame)};
        if (m_commandRule) fate = m_commandRule(command);
    } else if (m_replyRule && !link.unanswered.empty()) {
        fate = m_replyRule(link.unanswered.front(), frame);
    }
    if (fate != Fate::Pass) ++m_faults;
    const bool arrives = fate == Fate::Pass || fate == Fate::CutAfter || fate == Fate::Refuse;
    switch (fate) {
    case Fate::Hold:
        (towardsServer ? link.holdingCommands : link.holdingReplies) = true;
        return;
    case Fate::CutBefore:
        cut(link);
        return;
    case Fate::CutMiddle:
        target.write(frame.first(std::max<qsizetype>(1, frame.size() / 2)));
        target.flush();
        cut(link);
        return;
    case Fate::Pass:
    case Fate::CutAfter:
        target.write(frame);
        break;
    case Fate::Refuse: // by a script of the same reply, so that it comes in its turn
        target.write(respFrame({"EVAL", "return redis.error_reply(ARGV[1])", "0", m_refusal}));
        break;
    case Fate::Drop:
        break;
    }
    if (towardsServer && arrives) link.unanswered.push_back(std::move(command));
    if (!towardsServer && !link.unanswered.empty()) link.unanswered.pop_front();
    if (fate == Fate::CutAfter) {
        target.flush();
        cut(link);
    }
}

void FaultProxy::release()
{
    for (const auto &link : m_links) {
        for (const bool towardsServer : {true, false}) {
            bool &holding = towardsServer ? link->holdingCommands : link->holdingReplies;
            if (!holding || link->dead) continue;
            holding = false;
            const CommandRule commandRule = std::exchange(m_commandRule, {});
            const ReplyRule replyRule = std::exchange(m_replyRule, {});
            pump(*link, towardsServer);
            m_commandRule = commandRule;
            m_replyRule = replyRule;
        }
    }
}

void FaultProxy::cut(Link &link)
{
    if (link.dead) return;
    link.dead = true;
    link.client->disconnect(this);
    link.server->disconnect(this);
    // What was written still has to leave before the close: a command that the test lets through must arrive.
    link.client->disconnectFromServer();
    link.server->disconnectFromServer();
}

void FaultProxy::cutAll()
{
    for (const auto &link : m_links) cut(*link);
}

void FaultProxy::refuse(bool refuse)
{
    m_refuse = refuse;
}

} // namespace signalbox::test
