#pragma once

#include <QByteArray>
#include <QLocalSocket>
#include <QObject>

#include <sys/types.h>

#include <functional>

namespace signalbox::local {

/// One quiet connection to the private server: it asks whether the server is there, stays open so that its
/// end is noticed at once, and can tell the server to stop. By Redis' inline commands, since a watch wants
/// exactly one connection that never comes back by itself, which redis::Client would.
/// Threads  the one that made it.
class ServerLink : public QObject {
    Q_OBJECT
public:
    enum class Answer {
        Ready,
        Loading, ///< it reads its data; ask again
        Nobody,  ///< nobody listens, or not yet
        Refused, ///< something listens that is no server of ours: see text()
    };
    explicit ServerLink(QObject *parent = nullptr);
    /// One question at a time. The connection stays open after Ready. Not called when close() came first.
    void ask(const QString &socketPath, std::function<void(Answer)> done);
    /// Asks the server to end with its data on disk. Called with empty text when the connection closed, and
    /// with the server's words when it refused.
    void askToStop(std::function<void(QByteArray refusal)> done);
    void sendStop(); ///< the same for those who cannot wait: sent, not answered
    void close();
    [[nodiscard]] bool isOpen() const;
    [[nodiscard]] pid_t serverPid() const;                   ///< as the kernel knows it; 0 when not connected
    [[nodiscard]] QByteArray text() const { return m_line; } ///< the last line that came

Q_SIGNALS:
    void closed(); ///< the server ended or cut us off, and nobody asked for it

private:
    void readLine();
    void finishAsking(Answer answer);
    void finishAtEnd();

    QLocalSocket m_socket;
    std::function<void(Answer)> m_asked;
    std::function<void(QByteArray)> m_stopping;
    QByteArray m_line;
};

} // namespace signalbox::local
