//! Traditional and variant characters that names in the register, its divisions and common surnames are also written with.
//! Pairs of traditional and simplified; after the equivalences of OpenCC (Apache-2.0), cut down to what occurs here.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Traditional, simplified, traditional, simplified …
const PAIRS: &str = concat!(
    "萬万與与專专業业叢丛東东絲丝兩两嚴严個个箇个豐丰臨临為为爲为義义烏乌樂乐喬乔習习鄉乡於于雲云產产産产畝亩親亲億亿從从倉仓優优夥伙",
    "會会傳传倫伦體体餘余彿佛儲储兒儿剋克黨党蘭兰關关興兴養养內内冊册軍军農农鼕冬馮冯凈净淨净準准涼凉淩凌鳳凤齣出劃划劉刘別别彆别製制",
    "辦办務务勞劳區区韆千華华協协單单蔔卜佔占盧卢臥卧衛卫卻却廠厂廳厅厤历曆历歷历厲厉厙厍廂厢縣县參参蔘参雙双發发髮发隻只檯台臺台颱台",
    "葉叶號号閤合衕同後后嚮向曏向呂吕噸吨吳吴週周嚀咛鹹咸響响喚唤迴回團团糰团園园圍围圇囵國国圖图圓圆聖圣場场堅坚墰坛壇坛壜坛罈坛罎坛",
    "垻坝壩坝塢坞墳坟壘垒墾垦墊垫塹堑墻墙牆墙處处備备復复複复頭头嫗妪薑姜婁娄孃娘孫孙學学寧宁甯宁寶宝實实審审宮宫傢家寬宽賓宾對对尋寻",
    "壽寿將将爾尔堯尧侷局屆届崗岗嵐岚島岛巖岩嶺岭嶽岳峯峰鉅巨鞏巩佈布師师蓆席乾干幹干榦干倖幸廣广莊庄慶庆庫库應应廟庙龐庞開开張张強强",
    "歸归彔录錄录録录綵彩徑径禦御誌志懷怀態态總总戀恋恆恒戰战慼戚戶户纔才釦扣撫抚護护報报枴拐柺拐撥拨掛挂換换搖摇敎教齋斋鬥斗旂旗無无",
    "舊旧時时晉晋曉晓麯曲麴曲朮术術术硃朱機机雜杂權权桿杆條条來来楊杨鬆松闆板極极棗枣査查柵栅標标棧栈樹树慄栗樣样覈核欒栾橋桥樑梁夢梦",
    "棃梨檢检棊棋欏椤樓楼橫横歡欢歐欧畢毕匯汇彙汇滙汇漢汉湯汤瀋沈溝沟滄沧註注澤泽灑洒窪洼漿浆測测濟济湧涌淶涞潤润澗涧澱淀漁渔溫温遊游",
    "灣湾滿满灤滦濱滨灘滩瀾澜燈灯靈灵爐炉燒烧愛爱狀状獨独獅狮獄狱獻献環环現现電电畫画畵画鹽盐監监蓋盖盤盘眞真礬矾礦矿碼码磚砖硯砚鹼碱",
    "禮礼祿禄鞦秋種种積积稱称稅税窯窑窩窝竇窦竪竖豎竖競竞筆笔籌筹簡简簍篓類类糧粮醣糖紅红級级紀纪緯纬純纯紙纸紡纺細细織织終终紹绍經经",
    "結结統统綉绣繡绣繼继維维綿绵綜综綠绿緑绿編编繆缪網网羅罗翹翘聶聂聯联肅肃勝胜衚胡鬍胡腳脚騰腾緻致捨舍藝艺節节蘆芦蓯苁葦苇蒼苍囌苏",
    "甦苏蘇苏薹苔蘋苹範范莖茎荊荆榮荣葯药藥药蓮莲獲获穫获蘿萝營营蕭萧蔥葱蔣蒋懞蒙濛蒙矇蒙藍蓝薊蓟藺蔺蝦虾蠶蚕蟬蝉錶表裝装褳裢見见觀观",
    "規规覺觉計计認认讓让議议記记講讲許许論论設设証证證证識识詩诗誥诰請请諸诸諾诺調调談谈誼谊謝谢謙谦譚谭穀谷貝贝貢贡責责賢贤質质貫贯",
    "貿贸費费賀贺賈贾賴赖賽赛讚赞贊赞趙赵躍跃車车轉转軸轴載载輦辇輝辉轄辖邊边遼辽達达遷迁過过運运進进連连遲迟選选遞递鄧邓鄔邬鄒邹鄴邺",
    "鬱郁郟郏鄭郑酈郦鄲郸醬酱痠酸埰采寀采採采裏里裡里鑑鉴鑒鉴針针鍼针釗钊釣钓鈡钟鍾钟鐘钟鋼钢錢钱鉗钳鐵铁鈴铃銅铜鏵铧銀银鋪铺鏈链銷销",
    "鍋锅鋒锋鑼锣錦锦鎭镇鎮镇鏡镜長长門门閃闪閆闫閑闲閒闲間间閔闵閘闸聞闻閭闾閣阁閻阎闕阙闞阚陽阳陰阴際际陸陆陳陈陘陉彫雕琱雕鵰雕霧雾",
    "麪面麫面麵面韋韦韓韩頁页頃顷項项順顺須须鬚须顧顾頡颉題题顏颜顔颜風风飛飞饒饶舘馆館馆饅馒馬马馳驰駐驻駝驼駕驾驛驿驊骅駱骆驪骊魚鱼",
    "魨鲀魯鲁鮑鲍鮮鲜雞鸡鷄鸡鳴鸣鴉鸦鴨鸭鴿鸽鴻鸿鵝鹅鵬鹏鶚鹗鶴鹤鸚鹦鷹鹰麥麦黃黄齊齐齒齿龍龙龔龚",
);

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let chars: Vec<char> = PAIRS.chars().collect();
    chars.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
});

/// The simplified form, or the character itself.
pub(super) fn simplified(c: char) -> char {
    SIMPLIFIED.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_pairs_and_no_result_is_simplified_again() {
        assert_eq!(PAIRS.chars().count() % 2, 0);
        for (from, to) in SIMPLIFIED.iter() {
            assert_ne!(from, to);
            assert_eq!(simplified(*to), *to, "{from} → {to} goes on");
        }
        let fold = |text: &str| text.chars().map(simplified).collect::<String>();
        assert_eq!(fold("趙縣雪花梨 晉州鴨梨 藁城宮麵 贊皇大棗 陽原鸚哥綠豆"), "赵县雪花梨 晋州鸭梨 藁城宫面 赞皇大枣 阳原鹦哥绿豆");
    }
}
