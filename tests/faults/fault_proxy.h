#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QLocalServer>
#include <QLocalSocket>
#include <QTemporaryDir>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace signalbox::test {

/// Stands between a client and a redis-server on unix sockets, sees every command and every reply as a whole,
/// and does to them what the test says. One event loop; the test's.
class FaultProxy : public QObject {
public:
    /// What becomes of one command, or of one reply.
    enum class Fate {
        Pass,
        Hold,      ///< keep it, and everything behind it on this connection, until release()
        Drop,      ///< swallow it: the other side waits for ever
        CutBefore, ///< close both sides; it never arrives
        CutMiddle, ///< pass the first half of its bytes, then close both sides
        CutAfter,  ///< pass it, then close both sides
        Refuse,    ///< commands only: the server is not asked; the answer is the error of setRefusal()
    };
    struct Command {
        int connection = 0; ///< counts from 1
        QByteArrayList words;
        /// EVALSHA or EVAL: how many commands of the kind came on all connections, this one included.
        [[nodiscard]] bool isScript() const { return !words.isEmpty() && words.first().startsWith("EVAL"); }
    };
    using CommandRule = std::function<Fate(const Command &)>;
    using ReplyRule = std::function<Fate(const Command &answered, const QByteArray &reply)>;

    explicit FaultProxy(QString serverSocket);
    ~FaultProxy() override;
    Q_DISABLE_COPY_MOVE(FaultProxy)

    [[nodiscard]] QString urlText() const; ///< for the client
    void setCommandRule(CommandRule rule) { m_commandRule = std::move(rule); }
    void setReplyRule(ReplyRule rule) { m_replyRule = std::move(rule); }
    void setRefusal(QByteArray error) { m_refusal = std::move(error); } ///< at least two words
    void release();           ///< what was held goes on; the rules see only what comes after it
    void cutAll();            ///< closes every connection
    void refuse(bool refuse); ///< new connections are closed at once
    [[nodiscard]] int faults() const { return m_faults; } ///< fates other than Pass
    [[nodiscard]] int connections() const { return m_connections; }

private:
    struct Link;
    void accept();
    void pump(Link &link, bool towardsServer);
    void handleFrame(Link &link, bool towardsServer, const QByteArray &frame);
    void cut(Link &link);

    QTemporaryDir m_folder;
    QString m_serverSocket;
    QLocalServer m_listener;
    CommandRule m_commandRule;
    ReplyRule m_replyRule;
    QByteArray m_refusal;
    std::vector<std::unique_ptr<Link>> m_links;
    int m_connections = 0;
    int m_faults = 0;
    bool m_refuse = false;
};

/// Length of the first whole RESP value of the bytes; 0 while it is not complete.
[[nodiscard]] qsizetype respFrameLength(const QByteArray &bytes);
/// The bulk strings of a command's frame, and the frame of them.
[[nodiscard]] QByteArrayList respWords(const QByteArray &frame);
[[nodiscard]] QByteArray respFrame(const QByteArrayList &words);

} // namespace signalbox::test
