#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <functional>

namespace signalbox::test {

/// A small HTTP server in the test's thread: says what the test tells it to, byte for byte.
class HttpPeer : public QObject {
public:
    struct Request {
        QByteArray method, path, body;
        QMap<QByteArray, QByteArray> headers; ///< names in lower case
    };
    /// The whole answer, status line first; empty: none, the connection stays silent.
    using Answer = std::function<QByteArray(const Request &)>;

    explicit HttpPeer(Answer answer) : m_answer(std::move(answer))
    {
        if (!m_server.listen(QHostAddress::LocalHost)) qFatal("The HTTP peer cannot listen.");
        connect(&m_server, &QTcpServer::newConnection, this, &HttpPeer::serve);
    }
    [[nodiscard]] QString url(const QString &path = QStringLiteral("/")) const
    {
        return QStringLiteral("http://127.0.0.1:%1%2").arg(m_server.serverPort()).arg(path);
    }
    [[nodiscard]] static QByteArray reply(int status, const QByteArray &body, const QByteArray &more = {})
    {
        return "HTTP/1.1 " + QByteArray::number(status)
            + " X\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" + more + "\r\n" + body;
    }
    QList<Request> requests;

private:
    void serve()
    {
        while (QTcpSocket *const socket = m_server.nextPendingConnection()) {
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        }
    }
    void read(QTcpSocket *socket)
    {
        QByteArray &text = m_received[socket];
        text += socket->readAll();
        const qsizetype end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        Request request;
        const QByteArrayList lines = text.first(end).split('\n');
        const QByteArrayList first = lines.first().split(' ');
        request.method = first.value(0);
        request.path = first.value(1);
        for (const QByteArray &line : lines.sliced(1)) {
            const qsizetype colon = line.indexOf(':');
            request.headers.insert(line.first(colon).toLower(), line.sliced(colon + 1).trimmed());
        }
        const qsizetype length = request.headers.value("content-length").toLongLong();
        if (text.size() < end + 4 + length) return;
        request.body = text.sliced(end + 4, length);
        m_received.remove(socket);
        requests.append(request);
        const QByteArray answer = m_answer(request);
        if (!answer.isEmpty()) socket->write(answer);
    }
    const Answer m_answer;
    QTcpServer m_server;
    QMap<QTcpSocket *, QByteArray> m_received;
};

} // namespace signalbox::test
