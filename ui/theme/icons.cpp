#include "ui/theme/icons.h"

#include "ui/theme/look.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QStandardPaths>
#include <QSvgRenderer>

/// A static library's resources are left out by the linker unless somebody asks for them; the macro wants the
/// global namespace.
static void useResources()
{
    Q_INIT_RESOURCE(signalbox);
}

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

QString pathOf(const QString &name)
{
    return u":/signalbox/icons/%1.svg"_s.arg(name);
}

QColor tint(Token token, QIcon::Mode mode)
{
    return lookOf()(mode == QIcon::Disabled ? Token::Disabled : token);
}

/// Draws itself at any size in the theme's colour of this moment; pixmaps are cached by everything they
/// depend on.
class TintedEngine : public QIconEngine {
public:
    explicit TintedEngine(Token token) : m_token(token) { }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        return scaledPixmap(size, mode, state, 1.0);
    }
    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State, qreal scale) override
    {
        const QColor color = tint(m_token, mode);
        const QString cacheKey = u"signalbox/%1/%2x%3@%4/%5"_s.arg(id())
                                     .arg(size.width())
                                     .arg(size.height())
                                     .arg(scale)
                                     .arg(color.name());
        QPixmap pixmap;
        if (QPixmapCache::find(cacheKey, &pixmap)) return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        draw(painter, QRectF(QPointF(), size), color);
        painter.end();
        QPixmapCache::insert(cacheKey, pixmap);
        return pixmap;
    }
    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        draw(*painter, rect, tint(m_token, mode));
    }

protected:
    [[nodiscard]] virtual QString id() const = 0;
    virtual void draw(QPainter &painter, const QRectF &where, const QColor &color) = 0;

private:
    Token m_token;
};

class SvgEngine : public TintedEngine {
public:
    SvgEngine(QString name, Token token) : TintedEngine(token), m_name(std::move(name)), m_token(token)
    {
        QFile file(pathOf(m_name));
        if (file.open(QIODevice::ReadOnly)) m_svg = file.readAll();
        Q_ASSERT_X(!m_svg.isEmpty(), "icon", qPrintable(m_name));
    }
    [[nodiscard]] QIconEngine *clone() const override { return new SvgEngine(m_name, m_token); }

protected:
    [[nodiscard]] QString id() const override { return m_name; }
    void draw(QPainter &painter, const QRectF &where, const QColor &color) override
    {
        QByteArray colored = m_svg;
        colored.replace("currentColor", color.name().toLatin1());
        QSvgRenderer(colored).render(&painter, where);
    }

private:
    QString m_name;
    Token m_token;
    QByteArray m_svg;
};

class ShapeEngine : public TintedEngine {
public:
    ShapeEngine(Shape shape, Token token) : TintedEngine(token), m_shape(shape), m_token(token) { }
    [[nodiscard]] QIconEngine *clone() const override { return new ShapeEngine(m_shape, m_token); }

protected:
    [[nodiscard]] QString id() const override { return u"shape%1"_s.arg(static_cast<int>(m_shape)); }
    void draw(QPainter &painter, const QRectF &where, const QColor &color) override
    {
        const double margin = where.width() / 8; // 12 units in an icon of 16
        paintShape(painter, where.adjusted(margin, margin, -margin, -margin), m_shape, color,
                   lookOf()(Token::Base));
    }

private:
    Shape m_shape;
    Token m_token;
};

} // namespace

QStringList ownIconNames()
{
    return {u"overview"_s, u"queue"_s, u"dead-letter"_s, u"worker"_s};
}

QStringList breezeIconNames()
{
    return {u"view-list-text"_s,
            u"appointment-new"_s,
            u"view-filter"_s,
            u"edit-find"_s,
            u"list-add"_s,
            u"list-remove"_s,
            u"media-playback-start"_s,
            u"media-playback-pause"_s,
            u"media-playback-stop"_s,
            u"application-menu"_s,
            u"edit-copy"_s,
            u"edit-delete"_s,
            u"view-refresh"_s,
            u"dialog-close"_s,
            u"dialog-cancel"_s,
            u"edit-redo"_s,
            u"server-database"_s,
            u"network-server"_s,
            u"computer"_s,
            u"configure"_s,
            u"network-connect"_s,
            u"help-about"_s,
            u"application-exit"_s,
            u"document-edit"_s};
}

QIcon icon(const QString &name)
{
    if (ownIconNames().contains(name)) return ownIcon(name, Token::Text2);
    return QIcon::fromTheme(name);
}

void paintIcon(QPainter &painter, const QRect &where, const QIcon &icon)
{
    painter.drawPixmap(where, icon.pixmap(where.size(), painter.device()->devicePixelRatioF()));
}

QIcon ownIcon(const QString &name, Token token)
{
    return QIcon(new SvgEngine(name, token));
}

QIcon shapeIcon(Shape shape, Token token)
{
    return QIcon(new ShapeEngine(shape, token));
}

QIcon applicationIcon()
{
    return QIcon(pathOf(u"signalbox"_s));
}

void addIconSearchPaths()
{
    useResources();
    QStringList paths = QIcon::themeSearchPaths();
    for (const QString &folder : QStandardPaths::standardLocations(QStandardPaths::GenericDataLocation)) {
        const QString icons = folder + u"/icons"_s;
        if (!paths.contains(icons)) paths.append(icons);
    }
    QIcon::setThemeSearchPaths(paths);
}

void useIconsFor(Scheme scheme)
{
    QIcon::setThemeName(scheme == Scheme::Light ? u"breeze"_s : u"breeze-dark"_s);
}

} // namespace signalbox::ui
