#include "ui/parts/paint_text.h"
#include "ui/theme/desktop_scheme.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/theme/words.h"

#include <QImage>
#include <QPainter>
#include <QSet>
#include <QTest>

using namespace signalbox;
using namespace signalbox::ui;
using namespace Qt::StringLiterals;

namespace {

QImage imageOf(Shape shape)
{
    QImage image(48, 48, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::white);
    QPainter painter(&image);
    paintShape(painter, QRectF(0, 0, 48, 48), shape, Qt::black, Qt::white);
    return image;
}

bool isBlank(const QImage &image)
{
    const QRgb first = image.pixel(0, 0);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixel(x, y) != first) return false;
        }
    }
    return true;
}

} // namespace

class ThemeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPairOfColoursHasItsContrast();
    void everyBreezeIconIsThereInBothThemes();
    void aFineScreenShowsTheSameDrawing();
    void everyOwnIconFollowsTheTheme();
    void everyShapeIsDrawnAndLikeNoOther();
    void everyStateHasAWordOfItsOwn();
    void choosingAThemeChangesPaletteAndIcons();
    void thePortalsNumberIsReadAsTheDesktopMeansIt();
    void digitsTakeOneWidth();
    void tooltipsShowMarkupAsText();
    void aLargerFontMakesEverythingHigher();

private:
    Theme m_theme{Theme::Choice::Light};
};

void ThemeTest::everyPairOfColoursHasItsContrast()
{
    for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
        const QList<ContrastPair> pairs = contrastPairs(scheme);
        QVERIFY(pairs.size() > 100); // nine states and the text colours, on six surfaces
        for (const ContrastPair &pair : pairs) {
            const double measured = contrast(pair.front, pair.ground);
            QVERIFY2(measured >= pair.least,
                     qPrintable(u"%1: %2, at least %3"_s.arg(pair.name).arg(measured).arg(pair.least)));
        }
    }
}

void ThemeTest::everyBreezeIconIsThereInBothThemes()
{
    for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
        useIconsFor(scheme);
        for (const QString &name : breezeIconNames()) {
            QVERIFY2(QIcon::hasThemeIcon(name), qPrintable(name));
            QVERIFY2(!icon(name).pixmap(16, 16).isNull(), qPrintable(name));
        }
    }
    useIconsFor(Scheme::Light);
}

void ThemeTest::aFineScreenShowsTheSameDrawing()
{
    const QIcon lines = icon(u"view-list-text"_s); // whole pixels at 16: each is four of them at 200 %
    const auto drawn = [&lines](int scale) {
        QImage image(16 * scale, 16 * scale, QImage::Format_ARGB32_Premultiplied);
        image.setDevicePixelRatio(scale);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        paintIcon(painter, QRect(0, 0, 16, 16), lines);
        painter.end();
        image.setDevicePixelRatio(1);
        return image;
    };
    QVERIFY(!isBlank(drawn(1)));
    QCOMPARE(drawn(2), drawn(1).scaled(32, 32));
}

void ThemeTest::everyOwnIconFollowsTheTheme()
{
    for (const QString &name : ownIconNames()) {
        m_theme.choose(Theme::Choice::Light);
        const QImage light = icon(name).pixmap(16, 16).toImage();
        m_theme.choose(Theme::Choice::Dark);
        const QImage dark = icon(name).pixmap(16, 16).toImage();
        QVERIFY2(!isBlank(light), qPrintable(name));
        QVERIFY2(light != dark, qPrintable(name));
    }
    m_theme.choose(Theme::Choice::Light);
}

void ThemeTest::everyShapeIsDrawnAndLikeNoOther()
{
    QList<QImage> images;
    for (int i = 0; i < shapeCount; ++i) {
        const QImage image = imageOf(static_cast<Shape>(i));
        QVERIFY2(!isBlank(image), qPrintable(QString::number(i)));
        QVERIFY2(!images.contains(image), qPrintable(QString::number(i)));
        images.append(image);
    }
    QSet<int> shapes; // by the shape alone a state is known
    for (const JobStatus status : allJobStatuses) shapes.insert(static_cast<int>(shapeOf(status)));
    QCOMPARE(shapes.size(), static_cast<qsizetype>(allJobStatuses.size()));
}

void ThemeTest::everyStateHasAWordOfItsOwn()
{
    QSet<QString> words;
    for (const JobStatus status : allJobStatuses) words.insert(wordOf(status));
    QCOMPARE(words.size(), static_cast<qsizetype>(allJobStatuses.size()));
}

void ThemeTest::choosingAThemeChangesPaletteAndIcons()
{
    m_theme.choose(Theme::Choice::Dark);
    QCOMPARE(QApplication::palette().color(QPalette::Base), color(Scheme::Dark, Token::Base));
    QCOMPARE(QIcon::themeName(), u"breeze-dark"_s);
    m_theme.choose(Theme::Choice::Light);
    QCOMPARE(QApplication::palette().color(QPalette::Base), color(Scheme::Light, Token::Base));
    QCOMPARE(QApplication::palette().color(QPalette::Inactive, QPalette::Highlight),
             color(Scheme::Light, Token::SelectInactive));
    QCOMPARE(QIcon::themeName(), u"breeze"_s);
}

void ThemeTest::thePortalsNumberIsReadAsTheDesktopMeansIt()
{
    QCOMPARE(DesktopScheme::fromPortal(1, Scheme::Light), Scheme::Dark);
    QCOMPARE(DesktopScheme::fromPortal(2, Scheme::Dark), Scheme::Light);
    QCOMPARE(DesktopScheme::fromPortal(0, Scheme::Dark), Scheme::Dark);
    QCOMPARE(DesktopScheme::fromPortal(77, Scheme::Light), Scheme::Light);
}

void ThemeTest::digitsTakeOneWidth()
{
    for (const QFont &font : {lookOf().base, lookOf().small, lookOf().tileNumber, lookOf().mono}) {
        QCOMPARE(tabularWidth(font, u"1111"_s), tabularWidth(font, u"4444"_s));
        QCOMPARE(tabularWidth(font, u"17m 01s"_s), tabularWidth(font, u"48m 56s"_s));
    }
}

void ThemeTest::tooltipsShowMarkupAsText()
{
    const QString tip = plainToolTip(u"<b>not bold</b>\nsecond & last"_s);
    QVERIFY(!tip.contains("<b>"_L1));
    QVERIFY(tip.contains("&lt;b&gt;not bold"_L1));
    QVERIFY(tip.contains("<br/>second &amp; last"_L1));
    QVERIFY(plainToolTip({}).isEmpty());
}

void ThemeTest::aLargerFontMakesEverythingHigher()
{
    QFont large = interfaceFont();
    large.setPointSizeF(18);
    const Look look(Scheme::Light, Density::Compact, large, fixedFont());
    const int line = QFontMetrics(look.base).height();
    for (const int height :
         {look.rowHeight, look.headHeight, look.buttonHeight, look.inputHeight, look.sidebarItem})
        QVERIFY(height >= line + 8);
    const Look comfortable(Scheme::Light, Density::Comfortable, interfaceFont(), fixedFont());
    QVERIFY(comfortable.rowHeight
            > Look(Scheme::Light, Density::Compact, interfaceFont(), fixedFont()).rowHeight);
}

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
